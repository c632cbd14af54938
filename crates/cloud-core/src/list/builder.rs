/// Declares the builder of a list operation around a [`List`](crate::list::List): filters as setters, and all ways to read it.
///
/// `one` filters are given at most once, and so are `number` filters, whose setters take their very type, so that `50`
/// needs no suffix; `many` filters repeat the parameter.
#[macro_export]
macro_rules! list_request {
    ($(#[$meta:meta])* pub struct $name:ident => $item:ty; $($filters:tt)*) => {
        $crate::list_filters! {
            $(#[$meta])*
            pub struct $name($crate::list::List<$item>);
            $($filters)*
        }

        impl $name {
            #[inline]
            fn into_list(self) -> $crate::list::List<$item> {
                self.0
            }

            #[inline]
            fn with_list(
                self,
                change: impl FnOnce($crate::list::List<$item>) -> $crate::list::List<$item>,
            ) -> Self {
                Self(change(self.0))
            }
        }

        $crate::list_methods!($name => $item);
    };
}

/// Declares the builder of [`list_request!`](crate::list_request) without the ways to read it, around any type that has
/// `query` and `set_query` as a [`List`](crate::list::List) has.
#[macro_export]
macro_rules! list_filters {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($list:ty);
        $( one { $( $(#[$one_meta:meta])* $one:ident : $one_type:ty = $one_wire:literal ),* $(,)? } )?
        $( number { $( $(#[$number_meta:meta])* $number:ident : $number_type:ty = $number_wire:literal ),* $(,)? } )?
        $( many { $( $(#[$many_meta:meta])* $many:ident : $many_type:ty = $many_wire:literal ),* $(,)? } )?
    ) => {
        /// A list that is read by `.all()`, `.page()`, `.items()` or `.pages()`.
        ///
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
        pub struct $name($list);

        impl $name {
            #[inline]
            pub(crate) fn new(list: $list) -> Self {
                Self(list)
            }

            $( $(
                $(#[$one_meta])*
                #[inline]
                pub fn $one(self, $one: impl Into<$one_type>) -> Self {
                    let value: $one_type = $one.into();
                    Self(self.0.set_query($one_wire, value))
                }
            )* )?

            $( $(
                $(#[$number_meta])*
                #[inline]
                pub fn $number(self, $number: $number_type) -> Self {
                    Self(self.0.set_query($number_wire, $number))
                }
            )* )?

            $( $(
                $(#[$many_meta])*
                #[inline]
                pub fn $many(self, $many: impl Into<$many_type>) -> Self {
                    let value: $many_type = $many.into();
                    Self(self.0.query($many_wire, value))
                }
            )* )?
        }
    };
}

/// Gives a builder that has a list the ways to read it that all lists have. It says how by two functions of its own:
/// `into_list` makes the [`List`](crate::list::List), and `with_list` changes it.
///
/// A crate that makes items of what stands on the pages has a `List`, `Items` and `Pages` of its own, and names the module
/// that they are in, and what gives one page: `list_methods!(ListBills => Bill, by crate::list, crate::call::Task)`.
#[macro_export]
macro_rules! list_methods {
    ($name:ident => $item:ty) => {
        $crate::list_methods!($name => $item, by $crate::list, $crate::call::Call);
    };
    ($name:ident => $item:ty, by $($list:ident)::+, $($page:ident)::+) => {
        impl $name {
            /// Sets something by `set` if there is a value for it, so that an optional setting needs no branch:
            /// `.maybe(name, |list, name| list.name(name))`.
            #[inline]
            pub fn maybe<V>(self, value: Option<V>, set: impl FnOnce(Self, V) -> Self) -> Self {
                match value {
                    Some(value) => set(self, value),
                    None => self,
                }
            }

            /// How many items a page shall hold.
            #[inline]
            pub fn per_page(self, items: u32) -> Self {
                self.with_list(|list| list.per_page(items))
            }

            /// Begins with the page of this token, as `continuation` gave it.
            #[inline]
            pub fn from_page(self, token: $crate::model::PageToken) -> Self {
                self.with_list(|list| list.from_page(token))
            }

            /// Reads up to this many pages side by side, once the service has said how many there are. The order stays.
            #[inline]
            pub fn prefetch(self, pages: usize) -> Self {
                self.with_list(|list| list.prefetch(pages))
            }

            /// The most items that `all` collects (100,000).
            #[inline]
            pub fn cap(self, items: usize) -> Self {
                self.with_list(|list| list.cap(items))
            }

            /// Sets a time limit, headers and so on for the call of each page.
            #[inline]
            pub fn options(
                self,
                set: impl FnOnce($crate::request::CallOptions) -> $crate::request::CallOptions,
            ) -> Self {
                self.with_list(|list| list.options(set))
            }

            /// One page, the first one unless `from_page` says otherwise. It says where the next one begins.
            #[inline]
            pub fn page(self) -> $($page)::+<$crate::model::Page<$item>> {
                self.into_list().page()
            }

            /// Item after item; pages are read as they are needed.
            #[inline]
            pub fn items(self) -> $($list)::+::Items<$item> {
                self.into_list().items()
            }

            /// Page after page, read as they are needed.
            #[inline]
            pub fn pages(self) -> $($list)::+::Pages<$item> {
                self.into_list().pages()
            }

            /// All items of all pages; more than `cap` of them is an error.
            #[inline]
            pub fn all(
                self,
            ) -> impl ::core::future::Future<Output = $crate::error::Result<Vec<$item>>> {
                self.into_list().all()
            }

            $crate::if_blocking! {
                /// The items as an iterator, for a blocking program.
                #[inline]
                pub fn items_blocking(self) -> $($list)::+::BlockingItems<$item> {
                    self.into_list().items_blocking()
                }

                /// All items of all pages, blocking this thread until they are there.
                #[inline]
                pub fn all_blocking(self) -> $crate::error::Result<Vec<$item>> {
                    self.into_list().all_blocking()
                }

                /// One page, blocking this thread until it is there.
                #[inline]
                pub fn page_blocking(self) -> $crate::error::Result<$crate::model::Page<$item>> {
                    self.into_list().page_blocking()
                }

                /// The pages as an iterator, for a blocking program.
                #[inline]
                pub fn pages_blocking(self) -> $($list)::+::BlockingPages<$item> {
                    self.into_list().pages_blocking()
                }
            }
        }
    };
}

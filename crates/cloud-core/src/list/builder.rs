/// Declares the builder of a list operation around a [`List`](crate::list::List): filters as setters, and all ways to read it.
///
/// `one` filters are given at most once, `many` filters repeat the parameter.
#[macro_export]
macro_rules! list_request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $item:ty;
        $( one { $( $(#[$one_meta:meta])* $one:ident : $one_type:ty = $one_wire:literal ),* $(,)? } )?
        $( many { $( $(#[$many_meta:meta])* $many:ident : $many_type:ty = $many_wire:literal ),* $(,)? } )?
    ) => {
        /// A list that is read by `.all()`, `.page()`, `.items()` or `.pages()`.
        ///
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
        pub struct $name($crate::list::List<$item>);

        impl $name {
            pub(crate) fn new(list: $crate::list::List<$item>) -> Self {
                Self(list)
            }

            $( $(
                $(#[$one_meta])*
                pub fn $one(self, $one: impl Into<$one_type>) -> Self {
                    let value: $one_type = $one.into();
                    Self(self.0.map_call(|call| $crate::call::CallBuilder::set_query(call, $one_wire, value)))
                }
            )* )?

            $( $(
                $(#[$many_meta])*
                pub fn $many(self, $many: impl Into<$many_type>) -> Self {
                    let value: $many_type = $many.into();
                    Self(self.0.query($many_wire, value))
                }
            )* )?

            fn into_list(self) -> $crate::list::List<$item> {
                self.0
            }

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

/// Gives a builder that has a list the ways to read it that all lists have. It says how by two functions of its own:
/// `into_list` makes the [`List`](crate::list::List), and `with_list` changes it.
#[macro_export]
macro_rules! list_methods {
    ($name:ident => $item:ty) => {
        impl $name {
            /// Sets something by `set` if there is a value for it, so that an optional setting needs no branch:
            /// `.maybe(name, |list, name| list.name(name))`.
            pub fn maybe<V>(self, value: Option<V>, set: impl FnOnce(Self, V) -> Self) -> Self {
                match value {
                    Some(value) => set(self, value),
                    None => self,
                }
            }

            /// How many items a page shall hold.
            pub fn per_page(self, items: u32) -> Self {
                self.with_list(|list| list.per_page(items))
            }

            /// Begins with the page of this token, as `continuation` gave it.
            pub fn from_page(self, token: $crate::model::PageToken) -> Self {
                self.with_list(|list| list.from_page(token))
            }

            /// Reads up to this many pages side by side, once the service has said how many there are. The order stays.
            pub fn prefetch(self, pages: usize) -> Self {
                self.with_list(|list| list.prefetch(pages))
            }

            /// The most items that `all` collects (100,000).
            pub fn cap(self, items: usize) -> Self {
                self.with_list(|list| list.cap(items))
            }

            /// Sets a time limit, headers and so on for the call of each page.
            pub fn options(
                self,
                set: impl FnOnce($crate::request::CallOptions) -> $crate::request::CallOptions,
            ) -> Self {
                self.with_list(|list| list.options(set))
            }

            /// One page, the first one unless `from_page` says otherwise. It says where the next one begins.
            pub fn page(self) -> $crate::call::Call<$crate::model::Page<$item>> {
                self.into_list().page()
            }

            /// Item after item; pages are read as they are needed.
            pub fn items(self) -> $crate::list::Items<$item> {
                self.into_list().items()
            }

            /// Page after page, read as they are needed.
            pub fn pages(self) -> $crate::list::Pages<$item> {
                self.into_list().pages()
            }

            /// All items of all pages; more than `cap` of them is an error.
            pub async fn all(self) -> $crate::error::Result<Vec<$item>> {
                self.into_list().all().await
            }

            /// The items as an iterator, for a blocking program.
            #[cfg(feature = "blocking")]
            pub fn items_blocking(self) -> $crate::list::BlockingItems<$item> {
                self.into_list().items().blocking()
            }

            /// All items of all pages, blocking this thread until they are there.
            #[cfg(feature = "blocking")]
            pub fn all_blocking(self) -> $crate::error::Result<Vec<$item>> {
                $crate::blocking::block_on(self.into_list().all())
            }

            /// One page, blocking this thread until it is there.
            #[cfg(feature = "blocking")]
            pub fn page_blocking(self) -> $crate::error::Result<$crate::model::Page<$item>> {
                self.into_list().page().send_blocking()
            }

            /// The pages as an iterator, for a blocking program.
            #[cfg(feature = "blocking")]
            pub fn pages_blocking(self) -> $crate::list::BlockingPages<$item> {
                self.into_list().pages().blocking()
            }
        }
    };
}

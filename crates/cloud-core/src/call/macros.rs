/// Declares the builder of one operation: required arguments come with its making, optional ones by chained setters,
/// and awaiting it sends it.
///
/// The fields form the JSON body, but for `unsent` ones, which the builder keeps for itself. `opt` fields are left out
/// until set, and so are `number` fields, whose setters take their very type, so that `50` needs no suffix; `list` fields
/// take anything that can be iterated, `patch` fields know "leave", "null" and a value. `check` is a function of the
/// builder that says what is wrong with it before anything is sent. `@serde(..)` before an optional field is
/// for one whose name on the wire is not the setter's. An API of another spelling puts `#[serde(rename_all = "camelCase")]` on
/// the struct, and one that takes forms says so behind the answer: `pub struct UpdateVolume => String as form;`.
///
/// ```
/// # use cloud_core::call::Call;
/// # use cloud_core::request::OperationRow;
/// # use cloud_core::model::Patch;
/// cloud_core::request! {
///     /// Changes a volume.
///     pub struct UpdateVolume => String;
///     required {
///         server: u64,
///     }
///     opt {
///         /// The new name.
///         name: String,
///     }
///     number {
///         /// Its size in GB.
///         size: u32,
///     }
///     list {
///         /// The tags it has from now on.
///         tags: String,
///     }
///     patch {
///         /// A note; `None` clears it.
///         note: String,
///         /// The image it comes from; `None` forgets it.
///         @serde(rename = "source_image_id") image: String,
///     }
/// }
/// # fn build(call: Call<String>) -> UpdateVolume {
/// UpdateVolume::new(call, 7).name("data").size(50).tags(["a", "b"]).note(None).image("i1")
/// # }
/// ```
#[macro_export]
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $answer:ty $(as $encoding:ident)?;
        $( required { $( $(#[$req_meta:meta])* $req:ident : $req_type:ty ),* $(,)? } )?
        $( unsent { $( $unsent:ident : $unsent_type:ty ),* $(,)? } )?
        $( opt { $( $(#[$opt_meta:meta])* $(@serde($($opt_serde:tt)*))? $opt:ident : $opt_type:ty ),* $(,)? } )?
        $( number {
            $( $(#[$number_meta:meta])* $(@serde($($number_serde:tt)*))? $number:ident : $number_type:ty ),* $(,)?
        } )?
        $( list {
            $( $(#[$list_meta:meta])* $(@serde($($list_serde:tt)*))? $list:ident : $list_type:ty ),* $(,)?
        } )?
        $( patch {
            $( $(#[$patch_meta:meta])* $(@serde($($patch_serde:tt)*))? $patch:ident : $patch_type:ty ),* $(,)?
        } )?
        $( check $check:expr; )?
    ) => {
        #[derive(Clone, Debug, $crate::__private::serde::Serialize)]
        // A literal here and below: serde reads its paths from strings, in which `$crate` means nothing.
        #[serde(crate = "cloud_core::__private::serde")]
        $(#[$meta])*
        #[must_use = "nothing is sent until the request is awaited"]
        pub struct $name {
            #[serde(skip)]
            call: $crate::call::Call<$answer>,
            $( $( $(#[$req_meta])* $req: $req_type, )* )?
            $( $( #[serde(skip)] $unsent: $unsent_type, )* )?
            $( $(
                #[serde(skip_serializing_if = "Option::is_none" $(, $($opt_serde)*)?)]
                $opt: Option<$opt_type>,
            )* )?
            $( $(
                #[serde(skip_serializing_if = "Option::is_none" $(, $($number_serde)*)?)]
                $number: Option<$number_type>,
            )* )?
            $( $(
                #[serde(skip_serializing_if = "Option::is_none" $(, $($list_serde)*)?)]
                $list: Option<Vec<$list_type>>,
            )* )?
            $( $(
                #[serde(skip_serializing_if = "cloud_core::model::Patch::is_leave" $(, $($patch_serde)*)?)]
                $patch: $crate::model::Patch<$patch_type>,
            )* )?
        }

        impl $name {
            // Inline here and below, so that a method is compiled in the programs that call it and in no other.
            #[inline]
            pub(crate) fn new(
                call: $crate::call::Call<$answer>
                $( $(, $req: $req_type)* )?
                $( $(, $unsent: $unsent_type)* )?
            ) -> Self {
                Self {
                    call,
                    $( $( $req, )* )?
                    $( $( $unsent, )* )?
                    $( $( $opt: None, )* )?
                    $( $( $number: None, )* )?
                    $( $( $list: None, )* )?
                    $( $( $patch: $crate::model::Patch::Leave, )* )?
                }
            }

            $( $(
                $(#[$opt_meta])*
                #[inline]
                pub fn $opt(mut self, $opt: impl Into<$opt_type>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )* )?

            $( $(
                $(#[$number_meta])*
                #[inline]
                pub fn $number(mut self, $number: $number_type) -> Self {
                    self.$number = Some($number);
                    self
                }
            )* )?

            $( $(
                $(#[$list_meta])*
                #[inline]
                pub fn $list(mut self, $list: impl IntoIterator<Item = impl Into<$list_type>>) -> Self {
                    self.$list = Some($list.into_iter().map(Into::into).collect());
                    self
                }
            )* )?

            $( $(
                $(#[$patch_meta])*
                #[inline]
                pub fn $patch(mut self, $patch: impl $crate::model::IntoPatch<$patch_type>) -> Self {
                    self.$patch = $patch.into_patch();
                    self
                }
            )* )?

            /// Sets something by `set` if there is a value for it, so that an optional setting needs no branch:
            /// `.maybe(name, |request, name| request.name(name))`.
            #[inline]
            pub fn maybe<V>(self, value: Option<V>, set: impl FnOnce(Self, V) -> Self) -> Self {
                match value {
                    Some(value) => set(self, value),
                    None => self,
                }
            }

            /// Sets a time limit, headers and so on for this call only.
            #[inline]
            pub fn options(
                mut self,
                set: impl FnOnce($crate::request::CallOptions) -> $crate::request::CallOptions,
            ) -> Self {
                self.call = self.call.options(set);
                self
            }
        }

        $crate::send_methods!($name => $answer, |this| {
            #[allow(unused_mut, unused_assignments, reason = "only builders with a check change it")]
            let mut checked = Ok(());
            $( checked = ($check)(&this); )?
            $crate::call::CallBuilder::check($crate::__write_body!(this $(, $encoding)?), checked)
        });
    };
}

/// Puts the fields of a builder into the body of its call.
#[doc(hidden)]
#[macro_export]
macro_rules! __write_body {
    ($this:ident) => {{
        let body = $crate::__private::to_json(&$this);
        $crate::call::CallBuilder::json_or_refuse($this.call, body)
    }};
    ($this:ident, form) => {{
        let body = $crate::__private::to_form(&$this);
        $crate::call::CallBuilder::form_or_refuse($this.call, body)
    }};
}

/// Gives a builder its ways to be sent: awaiting, `send`, `send_raw`, `send_as`, `send_blocking`.
#[macro_export]
macro_rules! send_methods {
    ($name:ident => $answer:ty, |$this:ident| $into_call:expr) => {
        impl $name {
            #[inline]
            fn into_call(self) -> $crate::call::Call<$answer> {
                // The expression behind it cannot say `self`: macros keep the names of who calls them apart from their
                // own.
                let $this = self;
                $into_call
            }

            /// Sends the request; awaiting it does the same.
            #[inline]
            pub fn send(self) -> impl ::core::future::Future<Output = $crate::error::Result<$answer>> {
                self.into_call().send()
            }

            /// Sends the request and gives status, headers and the bytes of the body as they are.
            #[inline]
            pub fn send_raw(
                self,
            ) -> impl ::core::future::Future<Output = $crate::error::Result<$crate::decode::RawResponse>> {
                self.into_call().send_raw()
            }

            /// Sends the request and decodes the JSON of the answer into a type of yours.
            #[inline]
            pub fn send_as<U>(
                self,
            ) -> impl ::core::future::Future<Output = $crate::error::Result<U>>
            where
                U: $crate::__private::serde::de::DeserializeOwned + Send + 'static,
            {
                self.into_call().send_as()
            }

            /// Sends the request, and gives with the answer what came with it: status, headers, rate limit and request
            /// id.
            #[inline]
            pub fn send_with_response(
                self,
            ) -> impl ::core::future::Future<
                Output = $crate::error::Result<$crate::call::Response<$answer>>,
            > {
                self.into_call().send_with_response()
            }

            $crate::if_blocking! {
                /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of
                /// asynchronous code it stops the worker that runs it, so await the request there.
                #[inline]
                pub fn send_blocking(self) -> $crate::error::Result<$answer> {
                    self.into_call().send_blocking()
                }
            }
        }

        impl ::core::future::IntoFuture for $name {
            type Output = $crate::error::Result<$answer>;
            type IntoFuture = $crate::call::CallFuture<$answer>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.into_call().into_future()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "not every way to send the builder is tried")]

    use http::Method;

    use crate as cloud_core;
    use crate::call::{Call, CallBuilder};
    use crate::decode::Decode;
    use crate::test_util::{ScriptedTransport, engine_for};

    crate::request! {
        /// Changes a volume.
        pub struct UpdateVolume => ();
        opt {
            /// What it is.
            @serde(rename = "type") kind: String,
        }
        number {
            /// How much it holds.
            @serde(rename = "size_gb") size: u32,
        }
        patch {
            /// A note.
            note: String,
            /// Where it comes from.
            @serde(rename = "source_id") source: String,
        }
    }

    #[test]
    fn a_setter_may_have_another_name_than_its_field() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let update = || {
            UpdateVolume::new(Call::untabled(
                &engine,
                &base,
                Method::PATCH,
                "/a",
                Decode::nothing(),
            ))
        };
        let body = |update: &UpdateVolume| serde_json::to_string(update).unwrap();
        assert_eq!(body(&update()), "{}");
        assert_eq!(
            body(&update().source(None).kind("a")),
            r#"{"type":"a","source_id":null}"#
        );
        let maybe = |kind: Option<&str>| update().maybe(kind, UpdateVolume::kind);
        assert_eq!(body(&maybe(Some("a"))), r#"{"type":"a"}"#);
        assert_eq!(body(&maybe(None)), "{}");
        assert_eq!(
            body(&update().source("b").note(None)),
            r#"{"note":null,"source_id":"b"}"#
        );
        assert_eq!(body(&update().size(2)), r#"{"size_gb":2}"#);
    }

    #[test]
    fn the_fields_may_stand_under_a_key() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::PATCH, "/a", Decode::nothing());
        let call = UpdateVolume::new(call.json_under("volume"))
            .kind("a")
            .into_call();
        assert_eq!(
            call.parts.body.as_bytes().unwrap(),
            r#"{"volume":{"type":"a"}}"#
        );
        assert_eq!(call.parts.headers["content-type"], "application/json");
    }

    crate::request! {
        /// Orders something.
        pub struct Order => () as form;
        required { id: u8 }
        list {
            /// What comes with it.
            @serde(rename = "addon") addons: String,
        }
    }

    #[test]
    fn a_builder_of_a_form_writes_one() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::POST, "/a", Decode::nothing());
        let call = Order::new(call, 7).addons(["a", "b c"]).into_call();
        assert_eq!(
            call.parts.body.as_bytes().unwrap(),
            "id=7&addon%5B%5D=a&addon%5B%5D=b%20c"
        );
        assert_eq!(
            call.parts.headers["content-type"],
            "application/x-www-form-urlencoded"
        );
    }
}

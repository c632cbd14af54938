//! The shape that all bodies of the API have.

use serde::Serialize;

/// `{"properties": ...}`.
#[derive(Serialize)]
pub(crate) struct Envelope<'a, T> {
    pub(crate) properties: &'a T,
}

/// Declares the builder of an operation that sends properties: required ones come with its making, optional ones by
/// chained setters, each with its name on the wire; awaiting it sends it. `numbers` are optional too, and plain numbers can
/// be written for them. `patch` fields know "leave", "null" and a value.
/// `check` says what is wrong with it before anything is sent.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $answer:ty;
        $( required { $( $req:ident : $req_type:ty = $req_wire:literal ),* $(,)? } )?
        optional { $( $(#[$opt_meta:meta])* $opt:ident : $opt_type:ty = $opt_wire:literal ),* $(,)? }
        $( numbers { $( $(#[$num_meta:meta])* $num:ident = $num_wire:literal ),* $(,)? } )?
        $( patch { $( $(#[$patch_meta:meta])* $patch:ident : $patch_type:ty = $patch_wire:literal ),* $(,)? } )?
        check $check:expr;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize)]
        #[must_use = "nothing is sent until the request is awaited"]
        pub struct $name {
            #[serde(skip)]
            call: cloud_core::call::Call<$answer>,
            $( $( #[serde(rename = $req_wire)] $req: $req_type, )* )?
            $( #[serde(rename = $opt_wire, skip_serializing_if = "Option::is_none")] $opt: Option<$opt_type>, )*
            $( $( #[serde(rename = $num_wire, skip_serializing_if = "Option::is_none")] $num: Option<u32>, )* )?
            $( $(
                #[serde(rename = $patch_wire, skip_serializing_if = "cloud_core::model::Patch::is_leave")]
                $patch: cloud_core::model::Patch<$patch_type>,
            )* )?
        }

        impl $name {
            pub(crate) fn new(call: cloud_core::call::Call<$answer> $( $(, $req: $req_type)* )?) -> Self {
                Self {
                    call,
                    $( $( $req, )* )?
                    $( $opt: None, )*
                    $( $( $num: None, )* )?
                    $( $( $patch: cloud_core::model::Patch::Leave, )* )?
                }
            }

            $(
                $(#[$opt_meta])*
                pub fn $opt(mut self, $opt: impl Into<$opt_type>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )*

            $( $(
                $(#[$num_meta])*
                pub fn $num(mut self, $num: u32) -> Self {
                    self.$num = Some($num);
                    self
                }
            )* )?

            $( $(
                $(#[$patch_meta])*
                pub fn $patch(mut self, $patch: impl Into<cloud_core::model::Patch<$patch_type>>) -> Self {
                    self.$patch = $patch.into();
                    self
                }
            )* )?

            /// Sets a time limit, headers and so on for this call only.
            pub fn options(
                mut self,
                set: impl FnOnce(cloud_core::request::CallOptions) -> cloud_core::request::CallOptions,
            ) -> Self {
                self.call = self.call.options(set);
                self
            }
        }

        cloud_core::send_methods!($name => $answer, |this| {
            let checked = ($check)(&this);
            this.call.clone().json(&$crate::request::Envelope { properties: &this }).check(checked)
        });
    };
}
pub(crate) use request;

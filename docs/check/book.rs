//! All that the guide shows, made by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/book.rs"));

use cloud_core::{Error, Result};

/// The one item that is wanted; an error when there are several.
pub(crate) fn only<T>(items: Vec<T>, wanted: impl Fn(&T) -> bool) -> Result<Option<T>> {
    let mut found = items.into_iter().filter(wanted);
    let first = found.next();
    match found.count() {
        0 => Ok(first),
        more => Err(Error::input(
            "name",
            format!("{} of them have this name; choose one by its id", more + 1),
        )),
    }
}

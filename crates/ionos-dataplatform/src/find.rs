use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::model::IdOrName;
use cloud_core::{Error, Result};

/// The resource of this id, or the only one of this name, in exactly this spelling.
pub(crate) fn find<Id, T: Send + 'static>(
    wanted: IdOrName<Id>,
    get: impl FnOnce(Id) -> Call<T>,
    list: impl FnOnce(&str) -> List<T>,
    name: fn(&T) -> &str,
) -> Task<Option<T>> {
    match wanted {
        IdOrName::Id(id) => get(id).optional(),
        IdOrName::Name(wanted) => {
            let list = list(&wanted);
            Task::new(async move { only(list.all().await?, &wanted, name) })
        }
    }
}

/// The one item of this name; an error when there are several.
fn only<T>(items: Vec<T>, wanted: &str, name: fn(&T) -> &str) -> Result<Option<T>> {
    // The filter of the service gives every name that contains the wanted one, in any case.
    let mut found = items.into_iter().filter(|item| name(item) == wanted);
    let first = found.next();
    match found.count() {
        0 => Ok(first),
        more => Err(Error::input(
            "name",
            format!(
                "{wanted:?} is the name of {}; choose one by its id",
                more + 1
            ),
        )),
    }
}

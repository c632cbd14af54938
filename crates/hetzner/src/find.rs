use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::model::IdOrName;
use cloud_core::provider::CallBuilder;

/// Looks a resource up by id or by name; `None` when there is none.
///
/// Text is a name first: resources may be named by digits only (hcloud-go#128). Only when no resource has that name is a
/// number tried as an id.
pub(crate) fn find<Id: From<i64>, T: Send + 'static>(
    wanted: IdOrName<Id>,
    list: impl FnOnce(&str) -> List<T>,
    get: impl FnOnce(Id) -> Call<T>,
) -> Task<Option<T>> {
    match wanted {
        IdOrName::Id(id) => get(id).optional(),
        IdOrName::Name(name) => {
            let list = list(&name);
            let get = name.parse().ok().map(|id: i64| get(id.into()));
            Task::new(async move {
                // The filter is for whole names, and names are unique in a project, so the first page shows it.
                match (list.page().await?.items.into_iter().next(), get) {
                    (Some(named), _) => Ok(Some(named)),
                    (None, Some(get)) => get.optional().await,
                    (None, None) => Ok(None),
                }
            })
        }
    }
}

/// The one that a filter finds which only one can match; `None` when there is none.
pub(crate) fn find_by<T: Send + 'static>(
    field: &'static str,
    value: &str,
    list: List<T>,
) -> Task<Option<T>> {
    // The service takes an empty filter for none, and would give the first of all.
    let checked = if value.trim().is_empty() {
        Err(Error::input(field, "must not be empty"))
    } else {
        Ok(())
    };
    let list = list.map_call(|call| call.set_query(field, value).check(checked));
    Task::new(async move { Ok(list.page().await?.items.into_iter().next()) })
}

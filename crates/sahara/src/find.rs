use cloud_core::call::{Call, Task};
use cloud_core::list::List;

use crate::client::Client;
use crate::ids::{ProjectId, is_uuid};

/// What can be looked up by its name.
pub(crate) trait Owned: Send + 'static {
    fn name(&self) -> &str;
    fn project_id(&self) -> &ProjectId;
}

/// Implements [`Owned`] for a type with fields of these names.
macro_rules! owned {
    ($model:ident) => {
        impl $crate::find::Owned for $model {
            fn name(&self) -> &str {
                &self.name
            }
            fn project_id(&self) -> &$crate::ids::ProjectId {
                &self.project_id
            }
        }
    };
}

pub(crate) use owned;

/// Looks a resource up by id or by name; `None` when there is none. `filtered` says whether the list knows the filter
/// `name`.
///
/// Only the exact name counts, and one's own project before what others make public: depending on its database the
/// service takes the filter for a regular expression, and names are unique in one project only.
pub(crate) fn find<T: Owned>(
    client: &Client,
    wanted: String,
    list: List<T>,
    filtered: bool,
    get: impl FnOnce(&str) -> Call<T>,
) -> Task<Option<T>> {
    let get = is_uuid(&wanted).then(|| get(&wanted));
    let own = client.project_id().clone();
    // A name that is none would be a pattern, or a broken one.
    let list = if filtered && is_plain(&wanted) {
        list.query("name", &wanted)
    } else {
        list
    };
    Task::new(async move {
        if let Some(get) = get
            && let Some(found) = get.optional().await?
        {
            return Ok(Some(found));
        }
        let (mut items, mut foreign) = (list.items(), None);
        while let Some(item) = items.next().await? {
            if item.name() != wanted {
                continue;
            }
            if *item.project_id() == own {
                return Ok(Some(item));
            }
            foreign.get_or_insert(item);
        }
        Ok(foreign)
    })
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

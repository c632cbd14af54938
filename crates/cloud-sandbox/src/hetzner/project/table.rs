//! Objects by id and by name.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hetzner::error::Refusal;

/// Something with a name that no other of its kind has.
pub(crate) trait Named {
    fn id(&self) -> i64;
    fn name(&self) -> &str;
    fn rename(&mut self, name: String);
}

/// Makes a [`Named`] of a type with the fields `id` and `name`.
macro_rules! named {
    ($row:ty) => {
        impl $crate::hetzner::project::Named for $row {
            fn id(&self) -> i64 {
                self.id
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn rename(&mut self, name: String) {
                self.name = name;
            }
        }
    };
}

pub(crate) use named;

/// Objects by id and by name.
pub(crate) struct Table<T> {
    rows: BTreeMap<i64, T>,
    names: HashMap<String, i64>,
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // Names are in the rows, so the index is built anew when it is read.
        self.rows.serialize(to)
    }
}

impl<'de, T: Named + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut table = Self::new();
        for row in BTreeMap::<i64, T>::deserialize(from)?.into_values() {
            table.insert(row);
        }
        Ok(table)
    }
}

impl<T: Named> Table<T> {
    pub(super) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            names: HashMap::new(),
        }
    }

    pub(crate) fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&T> {
        self.names.get(name).and_then(|id| self.rows.get(id))
    }

    /// All rows, or the one with the name.
    pub(crate) fn select(&self, name: Option<&str>) -> Vec<&T> {
        match name {
            Some(name) => self.by_name(name).into_iter().collect(),
            None => self.rows.values().collect(),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    pub(crate) fn insert(&mut self, row: T) {
        self.names.insert(row.name().to_owned(), row.id());
        self.rows.insert(row.id(), row);
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<T> {
        let row = self.rows.remove(&id)?;
        self.names.remove(row.name());
        Some(row)
    }

    /// Refuses a name that another row has.
    pub(crate) fn check_name(&self, name: &str, own_id: Option<i64>) -> Result<(), Refusal> {
        match self.names.get(name) {
            Some(id) if Some(*id) != own_id => Err(Refusal::not_unique("name")),
            _ => Ok(()),
        }
    }

    pub(crate) fn rename(&mut self, id: i64, name: String) {
        if let Some(row) = self.rows.get_mut(&id) {
            self.names.remove(row.name());
            self.names.insert(name.clone(), id);
            row.rename(name);
        }
    }
}

//! When the service may work on a resource.

use cloud_core::Result;
use serde::{Deserialize, Serialize};

use crate::check;

cloud_core::open_enum! {
    /// A day of the week.
    pub enum DayOfTheWeek {
        /// Monday.
        Monday = "Monday",
        /// Tuesday.
        Tuesday = "Tuesday",
        /// Wednesday.
        Wednesday = "Wednesday",
        /// Thursday.
        Thursday = "Thursday",
        /// Friday.
        Friday = "Friday",
        /// Saturday.
        Saturday = "Saturday",
        /// Sunday.
        Sunday = "Sunday",
    }
}

/// Four hours a week in which the service may interrupt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MaintenanceWindow {
    /// When they begin, as `HH:MM:SS`.
    pub time: String,
    /// On which day.
    #[serde(rename = "dayOfTheWeek")]
    pub day: DayOfTheWeek,
}

impl MaintenanceWindow {
    /// Four hours from this time (`HH:MM:SS`) on this day.
    pub fn new(day: DayOfTheWeek, time: impl Into<String>) -> Self {
        Self {
            time: time.into(),
            day,
        }
    }

    pub(crate) fn check(window: Option<&Self>) -> Result<()> {
        let Some(window) = window else { return Ok(()) };
        check::time("maintenanceWindow.time", &window.time)?;
        if let DayOfTheWeek::Unknown(day) = &window.day {
            let problem = format!(
                "must be a day from Monday to Sunday, and is {:?}",
                day.as_str()
            );
            return Err(cloud_core::Error::input(
                "maintenanceWindow.dayOfTheWeek",
                problem,
            ));
        }
        Ok(())
    }
}

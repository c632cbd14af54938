//! When the service may work on a resource.

use cloud_core::Result;
use serde::{Deserialize, Serialize};

use crate::check;

cloud_core::open_enum! {
    /// A day of the week.
    pub enum DayOfTheWeek {
        /// The window is on a Monday.
        Monday = "Monday",
        /// The window is on a Tuesday.
        Tuesday = "Tuesday",
        /// The window is on a Wednesday.
        Wednesday = "Wednesday",
        /// The window is on a Thursday.
        Thursday = "Thursday",
        /// The window is on a Friday.
        Friday = "Friday",
        /// The window is on a Saturday.
        Saturday = "Saturday",
        /// The window is on a Sunday.
        Sunday = "Sunday",
    }
}

/// Four hours a week in which the service may interrupt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MaintenanceWindow {
    /// When the four hours begin, as `HH:MM:SS`.
    pub time: String,
    /// The day on which they begin.
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

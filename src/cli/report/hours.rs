//! The opening hours that times of tickets are measured by.

use std::path::Path;

use crate::assemble::{self, AssembleError};
use crate::project::{self, ProjectError};

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub(super) enum HoursError {
    /// The project here cannot be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// It has no calendar of that name.
    #[error("find the calendar `{name}`: {}", known(all))]
    Unknown {
        /// The name.
        name: String,
        /// Those that it has.
        all: Vec<String>,
    },
    /// They make no sense.
    #[error(transparent)]
    Senseless(#[from] AssembleError),
}

fn known(all: &[String]) -> String {
    if all.is_empty() {
        return "the project here has no calendars".to_owned();
    }
    format!("the project here has {}", all.join(", "))
}

/// Those of a calendar of the project here.
pub(super) fn named(name: &str) -> Result<assemble::Hours, HoursError> {
    let project = project::open(Path::new(project::SETTINGS))?;
    let calendars = &project.compiled.calendars;
    if let Some(definition) = calendars.iter().find(|calendar| *calendar.name == *name) {
        return Ok(assemble::hours(definition)?);
    }
    let all = calendars.iter().map(|calendar| calendar.name.to_string()).collect();
    Err(HoursError::Unknown { name: name.to_owned(), all })
}

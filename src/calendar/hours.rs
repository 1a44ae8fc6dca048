//! Whether it is open at a moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::error::{Error, OpenDay};
use super::settings::{Override, Settings};
use super::window::{Window, check_week, windows};
use crate::time::{Date, Wall, YearlyDay};

/// Opening hours that have been checked.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The rules of the zone.
    pub(super) zone: TimeZone,
    /// Windows per weekday, Monday first.
    weekly: [Vec<Window>; 7],
    /// Windows of dates that have their own.
    exceptions: BTreeMap<civil::Date, Vec<Window>>,
    /// Names of holidays of one year.
    holidays: BTreeMap<civil::Date, Arc<str>>,
    /// Names of holidays of every year.
    yearly: BTreeMap<YearlyDay, Arc<str>>,
    /// What holds before all of them.
    pub(super) standing: Option<Standing>,
}

/// Open or closed whatever the hours say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) open: bool,
    /// The first moment at which it no longer holds; `None` = it always holds.
    pub(super) until: Option<Timestamp>,
}

/// What a calendar says about a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It is open.
    Open,
    /// It is closed.
    Closed,
    /// It is closed for this holiday.
    Holiday(Arc<str>),
}

impl Calendar {
    /// Checks opening hours and makes them ready to be asked.
    ///
    /// # Errors
    ///
    /// An unknown zone, a date that does not exist, or windows that reach beyond their day or overlap.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let zone = TimeZoneDatabase::bundled()
            .get(&settings.zone)
            .ok()
            .filter(|zone| !zone.is_unknown())
            .ok_or_else(|| Error::UnknownZone { zone: Arc::clone(&settings.zone) })?;
        let mut weekly: [Vec<Window>; 7] = Default::default();
        for (day, written) in settings.weekly.iter().enumerate() {
            weekly[day] = windows(OpenDay::Weekly(day), written)?;
        }
        check_week(&weekly)?;
        let mut exceptions = BTreeMap::new();
        for (&date, written) in &settings.exceptions {
            exceptions.insert(civil_date(date)?, windows(OpenDay::Exception(date), written)?);
        }
        let mut holidays = BTreeMap::new();
        for (&date, name) in &settings.holidays {
            holidays.insert(civil_date(date)?, Arc::clone(name));
        }
        for &day in settings.yearly_holidays.keys() {
            YearlyDay::new(day.month, day.day).ok_or(Error::NoSuchDay { day })?;
        }
        let yearly = settings.yearly_holidays.clone();
        let standing =
            settings.standing.map(|standing| standing_of(standing, &zone)).transpose()?;
        Ok(Self { zone, weekly, exceptions, holidays, yearly, standing })
    }

    /// Whether it is open at `wall`.
    ///
    /// The clock on the wall decides: an hour that daylight saving repeats is open in both passes, and hours that begin
    /// or end in one that it skips do so at the next minute there is.
    #[must_use]
    pub fn at(&self, wall: Wall) -> Opening {
        match self.standing_at(timestamp(wall)) {
            Some(Standing { open: true, .. }) => Opening::Open,
            Some(Standing { open: false, .. }) => Opening::Closed,
            None => self.by_hours(wall),
        }
    }

    /// The override that holds at `now`.
    pub(super) fn standing_at(&self, now: Timestamp) -> Option<Standing> {
        self.standing.filter(|standing| standing.until.is_none_or(|until| now < until))
    }

    /// Whether it is open by exceptions, holidays and weekly hours.
    fn by_hours(&self, wall: Wall) -> Opening {
        let local = self.zone.to_datetime(timestamp(wall));
        let date = local.date();
        let minute =
            u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let today = self.windows_of(date).iter().any(|window| window.holds(minute));
        let since_yesterday = || {
            date.yesterday().is_ok_and(|yesterday| {
                self.windows_of(yesterday).iter().any(|window| window.holds_next_day(minute))
            })
        };
        if today || since_yesterday() {
            return Opening::Open;
        }
        match self.holiday(date) {
            Some(name) if !self.exceptions.contains_key(&date) => {
                Opening::Holiday(Arc::clone(name))
            }
            Some(_) | None => Opening::Closed,
        }
    }

    /// The name of the holiday on a date: of that year first, then of every year.
    fn holiday(&self, date: civil::Date) -> Option<&Arc<str>> {
        let day = YearlyDay { month: date.month(), day: date.day() };
        self.holidays.get(&date).or_else(|| self.yearly.get(&day))
    }

    /// The windows that start on a date: its own, or none on a holiday, or those of the weekday.
    pub(super) fn windows_of(&self, date: civil::Date) -> &[Window] {
        if let Some(windows) = self.exceptions.get(&date) {
            return windows;
        }
        if self.holiday(date).is_some() {
            return &[];
        }
        let day = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.weekly.get(day).map_or(&[], Vec::as_slice)
    }
}

/// The date in the form that calculates.
fn civil_date(date: Date) -> Result<civil::Date, Error> {
    civil::Date::new(date.year, date.month, date.day).map_err(|_| Error::NoSuchDate { date })
}

/// When an override ends: at the later of two moments at which the clock shows its end, and where it skips it, at the
/// time that it shows instead.
fn standing_of(standing: Override, zone: &TimeZone) -> Result<Standing, Error> {
    let until = standing.until.map(|until| {
        let no_such = || Error::NoSuchDate { date: until.date };
        let [hour, minute] = [until.time.hour, until.time.minute].map(i8::try_from);
        let time = hour.ok().zip(minute.ok()).and_then(|(h, m)| civil::Time::new(h, m, 0, 0).ok());
        let local = civil_date(until.date)?.to_datetime(time.ok_or_else(no_such)?);
        zone.to_ambiguous_timestamp(local).later().map_err(|_| no_such())
    });
    Ok(Standing { open: standing.open, until: until.transpose()? })
}

/// The moment in the form that calculates; times outside the years −9999 to 9999 count as the nearer end.
pub(super) fn timestamp(wall: Wall) -> Timestamp {
    let micros = wall.as_unix_micros();
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(end)
}

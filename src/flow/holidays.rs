//! Lists of public holidays inside the program, for calendars that name them: `holidays: indonesia`.
//!
//! A list is data, one date and name a line; comments in it say where the dates come from and which are only expected.

use crate::time::Date;

/// The lists, by name.
const LISTS: [(&str, &str); 1] = [("indonesia", include_str!("holidays/indonesia.txt"))];

/// The names of all lists.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|(name, _)| *name)
}

/// The dates and names of a list; `None` if there is no list of that name.
pub(super) fn list(name: &str) -> Option<impl Iterator<Item = (Date, &'static str)>> {
    let (_, text) = LISTS.iter().find(|(list, _)| *list == name)?;
    Some(text.lines().filter_map(entry))
}

/// Reads `2026-12-25 Hari Raya Natal`; `None` for comments and empty lines.
fn entry(line: &str) -> Option<(Date, &str)> {
    let (date, name) = line.split_once(' ')?;
    Some((Date::parse(date)?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_list_is_a_date_or_a_comment() {
        for (name, text) in LISTS {
            for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                assert!(entry(line).is_some_and(|(_, name)| !name.is_empty()), "{name}: {line}");
            }
            let dates: Vec<Date> = list(name).expect(name).map(|(date, _)| date).collect();
            assert!(dates.is_sorted_by(|a, b| a < b), "{name}: in order, none twice");
        }
    }

    /// Days whose place in the week or distance is fixed, so that a slip of the pen shows.
    #[test]
    fn indonesia_has_its_seventeen_decreed_days_and_what_hangs_together_does() {
        let days: Vec<(Date, &str)> = list("indonesia").expect("shipped").collect();
        let of = |year: i16| days.iter().filter(|(date, _)| date.year == year).count();
        assert_eq!((of(2026), of(2027)), (17, 18));
        for year in [2026, 2027] {
            let day = |name: &str| {
                let found = days.iter().find(|(date, n)| date.year == year && n.starts_with(name));
                found.map(|(date, _)| *date).expect(name)
            };
            let easter = day("Kebangkitan").days_since_epoch();
            assert_eq!(day("Kebangkitan").weekday(), 6, "a Sunday");
            assert_eq!(day("Wafat").days_since_epoch(), easter - 2);
            assert_eq!(day("Kenaikan").days_since_epoch(), easter + 39);
            // Idul Adha is 67 or 68 days after Idul Fitri: the rest of Syawal, Zulkaidah, and nine days.
            let between =
                day("Idul Adha").days_since_epoch() - day("Idul Fitri").days_since_epoch();
            assert!((67..=68).contains(&between), "{year}: {between}");
            let new_year = day("Tahun Baru Islam").days_since_epoch();
            assert!((19..=21).contains(&(new_year - day("Idul Adha").days_since_epoch())));
            assert!((69..=71).contains(&(day("Maulid").days_since_epoch() - new_year)));
        }
        assert!(list("atlantis").is_none());
        assert_eq!(names().collect::<Vec<_>>(), ["indonesia"]);
    }
}

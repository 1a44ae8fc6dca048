//! Figures as Prometheus reads them: the text form 0.0.4. Labels come from bounded sets only, nothing belongs to people.

use std::fmt::Write as _;

/// Of what kind a figure is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It only rises, from 0 at the start.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// Figures, one after the other.
#[derive(Debug, Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// A figure and all its values, each with its labels.
    pub(super) fn figure(
        &mut self,
        name: &str,
        kind: Kind,
        about: &str,
        values: impl IntoIterator<Item = (Vec<(&'static str, String)>, f64)>,
    ) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let text = &mut self.0;
        // A string grows without fail.
        _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            text.push_str(name);
            for (place, (label, value)) in labels.iter().enumerate() {
                let before = if place == 0 { '{' } else { ',' };
                _ = write!(text, "{before}{label}=\"{}\"", escaped(value));
            }
            if !labels.is_empty() {
                text.push('}');
            }
            _ = writeln!(text, " {value}");
        }
    }

    /// A figure of one value.
    pub(super) fn one(&mut self, name: &str, kind: Kind, about: &str, value: f64) {
        self.figure(name, kind, about, [(Vec::new(), value)]);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A value of a label as it may stand between quotes.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut figures = Exposition::default();
        figures.one("a_total", Kind::Counter, "Things.", 3.0);
        let odd = vec![("queue", "a\"b\\c\nd".to_owned()), ("how", "key".to_owned())];
        figures.figure("b_seconds", Kind::Gauge, "Times.", [(odd, 0.5)]);
        assert_eq!(
            figures.into_text(),
            "# HELP a_total Things.\n# TYPE a_total counter\na_total 3\n\
             # HELP b_seconds Times.\n# TYPE b_seconds gauge\n\
             b_seconds{queue=\"a\\\"b\\\\c\\nd\",how=\"key\"} 0.5\n"
        );
    }
}

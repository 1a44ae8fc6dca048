//! Drawing: a canvas with axes, bars and a line, as SVG.

use std::fmt::Write as _;

use super::escaped;

/// Width of a chart, in its own units.
pub(super) const WIDTH: f64 = 960.0;
/// Room to the left for the marks of the upright axis.
pub(super) const LEFT: f64 = 48.0;
/// Room above for the legend.
pub(super) const TOP: f64 = 28.0;
/// Room below for the marks of the other axis.
const BOTTOM: f64 = 26.0;
/// How high bars may be.
pub(super) const DEPTH: f64 = 180.0;

/// The areas of a chart, each with a pattern of its own.
pub(super) const KINDS: [&str; 4] = ["one", "two", "three", "four"];

/// A chart that is being drawn.
#[derive(Debug)]
pub(super) struct Canvas {
    body: String,
    name: &'static str,
    height: f64,
}

impl Canvas {
    /// An empty chart, with a name that no other of the page has.
    pub(super) const fn new(name: &'static str, depth: f64) -> Self {
        Self { body: String::new(), name, height: TOP + depth + BOTTOM }
    }

    /// A bar of a kind.
    pub(super) fn bar(&mut self, kind: usize, [x, y, width, height]: [f64; 4], told: &str) {
        if width <= 0.0 || height <= 0.0 {
            return;
        }
        let (class, name) = (KINDS[kind % KINDS.len()], self.name);
        let place =
            format!("x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"");
        // Writing to a string cannot fail.
        let _written = writeln!(
            self.body,
            "<g><title>{}</title><rect class=\"{class}\" {place}/><rect fill=\"url(#{name}-{class})\" {place}/><rect class=\"edge\" {place}/></g>",
            escaped(told)
        );
    }

    /// Text at a place: `start`, `middle` or `end` of it stands there.
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escaped(text);
        let _written = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    /// A line along or across.
    pub(super) fn rule(&mut self, [x1, y1, x2, y2]: [f64; 4]) {
        let _written = writeln!(
            self.body,
            "<line class=\"axis\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    }

    /// A line through points, with a mark at each.
    pub(super) fn trend(&mut self, points: &[(f64, f64)]) {
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _written =
            writeln!(self.body, "<polyline class=\"trend\" points=\"{}\"/>", path.join(" "));
        for (x, y) in points {
            let _written =
                writeln!(self.body, "<circle class=\"one\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        }
    }

    /// Which kind is what.
    pub(super) fn legend(&mut self, names: &[&str]) {
        let mut x = LEFT;
        for (kind, name) in names.iter().enumerate() {
            self.bar(kind, [x, 4.0, 14.0, 12.0], name);
            self.text(x + 19.0, 14.5, "start", name);
            x += 36.0 + 7.5 * name.chars().count() as f64;
        }
    }

    /// The upright axis: four marks up to `top`.
    pub(super) fn scale(&mut self, marks: impl Fn(f64) -> String) {
        for quarter in 0..=4 {
            let part = f64::from(quarter) / 4.0;
            let y = TOP + DEPTH * (1.0 - part);
            self.rule([LEFT, y, WIDTH, y]);
            self.text(LEFT - 6.0, y + 4.0, "end", &marks(part));
        }
    }

    /// The whole chart: its title, what it shows in words, and the drawing.
    pub(super) fn done(self, title: &str, told: &str) -> String {
        let Self { body, name, height } = self;
        let (title, told) = (escaped(title), escaped(told));
        let patterns = [
            "",
            "<path d=\"M0 6L6 0\" stroke=\"var(--ground)\" stroke-width=\"1.2\"/>",
            "<circle cx=\"3\" cy=\"3\" r=\"1.1\" fill=\"var(--ground)\"/>",
            "<path d=\"M0 3H6\" stroke=\"var(--ground)\" stroke-width=\"1.2\"/>",
        ];
        let mut defined = String::new();
        for (kind, pattern) in KINDS.iter().zip(patterns) {
            let _written = write!(
                defined,
                "<pattern id=\"{name}-{kind}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">{pattern}</pattern>"
            );
        }
        format!(
            "<svg role=\"img\" aria-labelledby=\"{name}-title {name}-desc\" viewBox=\"0 0 {WIDTH} {height}\">\n\
             <title id=\"{name}-title\">{title}</title>\n<desc id=\"{name}-desc\">{told}</desc>\n\
             <defs>{defined}</defs>\n{body}</svg>\n"
        )
    }
}

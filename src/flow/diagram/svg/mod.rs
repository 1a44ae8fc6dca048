//! The picture as SVG: a page with its legend on top, then the flow, then each subflow in a frame of its own.
//!
//! It needs no script and no font file, and follows the reader's choice of a light or a dark page.

mod panel;
mod style;

use std::fmt::{self, Write as _};

use super::layout::Size;
use super::{Diagram, Stroke, measure};
use panel::Panel;

/// The free room around everything, in pixels.
const MARGIN: f64 = 24.0;
/// The free room between the legend and the flow, and between frames.
const GAP: f64 = 34.0;
/// The height of a line of the legend.
const LINE: f64 = 20.0;
/// The size of the legend's text.
const TEXT: f64 = 12.0;
/// The size of the flow's name.
const TITLE: f64 = 18.0;

/// Writes the diagram.
pub(super) fn write(diagram: &Diagram) -> String {
    let main = Panel::new(diagram, None);
    let groups: Vec<Panel<'_>> =
        (0..diagram.groups.len()).map(|group| Panel::new(diagram, Some(group))).collect();
    let legend = Legend::new(diagram);
    let panels = || std::iter::once(&main).chain(&groups).filter(|panel| !panel.is_empty());
    let widest = panels().map(|panel| panel.size().width).fold(legend.size.width, f64::max);
    let height = panels().map(|panel| panel.size().height + GAP).sum::<f64>() + legend.size.height;
    let page = Size { width: widest + 2.0 * MARGIN, height: height + 2.0 * MARGIN };
    let mut text = String::new();
    let mut body = || -> fmt::Result {
        open(diagram, page, &mut text)?;
        legend.write(diagram, MARGIN, MARGIN, &mut text)?;
        let mut y = MARGIN + legend.size.height + GAP;
        for panel in panels() {
            // The flow itself stands in the middle, so that a wide legend does not push it aside.
            let x = MARGIN + (widest - panel.size().width) / 2.0;
            panel.write(x, y, &mut text)?;
            y += panel.size().height + GAP;
        }
        text.write_str("</svg>\n")
    };
    // Writing into a text cannot fail.
    body().unwrap_or_default();
    text
}

fn open(diagram: &Diagram, page: Size, text: &mut String) -> fmt::Result {
    let (width, height) = (px(page.width.ceil()), px(page.height.ceil()));
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">"
    )?;
    writeln!(text, "<title>{}</title>", escape(&diagram.name))?;
    let (nodes, ways) = (diagram.boxes.len(), diagram.ways.len());
    writeln!(text, "<desc>A call flow of {nodes} nodes and {ways} ways.</desc>")?;
    writeln!(text, "<style>\n{}</style>", style::SHEET)?;
    text.write_str("<defs>\n")?;
    for (stroke, _) in Stroke::ALL {
        let class = stroke.class();
        writeln!(
            text,
            "<marker id=\"tip-{class}\" class=\"tip {class}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 8 4 0 8Z\"/></marker>"
        )?;
    }
    writeln!(text, "</defs>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>")
}

/// The name of the flow, what the lines mean, and the commands.
struct Legend {
    size: Size,
    strokes: Vec<(Stroke, &'static str)>,
}

/// The length of a line in the legend.
const SAMPLE: f64 = 36.0;

impl Legend {
    fn new(diagram: &Diagram) -> Self {
        let used = |stroke: Stroke| diagram.ways.iter().any(|way| way.stroke == stroke);
        let strokes: Vec<_> = Stroke::ALL.into_iter().filter(|(stroke, _)| used(*stroke)).collect();
        let samples: f64 = strokes.iter().map(|(_, says)| Self::sample_width(says)).sum();
        let rows =
            diagram.commands.iter().map(|line| measure::width(&line.to_string(), TEXT) + 30.0);
        let width = rows.fold(samples.max(measure::width(&diagram.name, TITLE)), f64::max);
        let rows = match diagram.commands.len() {
            0 => 0.0,
            rows => rows as f64 + 1.0,
        };
        Self { size: Size { width, height: TITLE + 12.0 + LINE + rows * LINE }, strokes }
    }

    fn sample_width(says: &str) -> f64 {
        SAMPLE + 8.0 + measure::width(says, TEXT) + 24.0
    }

    fn write(&self, diagram: &Diagram, x: f64, y: f64, text: &mut String) -> fmt::Result {
        let mut y = y + TITLE;
        text_line(text, "heading", x, y, &diagram.name)?;
        y += 12.0 + LINE / 2.0;
        let mut at = x;
        for (stroke, says) in &self.strokes {
            let (class, end) = (stroke.class(), at + SAMPLE);
            writeln!(
                text,
                "<path class=\"way {class}\" marker-end=\"url(#tip-{class})\" d=\"M{} {}H{}\"/>",
                px(at),
                px(y),
                px(end)
            )?;
            text_line(text, "legend", end + 8.0, y + 4.0, says)?;
            at += Self::sample_width(says);
        }
        if diagram.commands.is_empty() {
            return Ok(());
        }
        y += LINE + 6.0;
        text_line(text, "legend quiet", x, y, "At every question:")?;
        for line in &diagram.commands {
            y += LINE;
            key(text, x, y - 12.0, &line.keys)?;
            let said = line.to_string();
            let rest = said.strip_prefix(&line.keys).unwrap_or(&said).trim_start();
            text_line(text, "legend", x + key_width(&line.keys) + 8.0, y, rest)?;
        }
        Ok(())
    }
}

/// A key of the telephone, drawn as one.
fn key(text: &mut String, x: f64, y: f64, keys: &str) -> fmt::Result {
    let width = key_width(keys);
    writeln!(
        text,
        "<rect class=\"key\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"16\" rx=\"3\"/>",
        px(x),
        px(y),
        px(width)
    )?;
    text_line(text, "key-text", x + width / 2.0, y + 12.0, keys)
}

fn key_width(keys: &str) -> f64 {
    (measure::width(keys, 11.0) + 8.0).max(16.0)
}

fn text_line(text: &mut String, class: &str, x: f64, y: f64, words: &str) -> fmt::Result {
    writeln!(
        text,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
        px(x),
        px(y),
        escape(words)
    )
}

/// A number of pixels, to a tenth.
fn px(number: f64) -> String {
    let text = format!("{number:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Text between tags or in quotes. What XML 1.0 cannot hold becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

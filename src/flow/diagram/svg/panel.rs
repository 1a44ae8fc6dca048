//! The boxes and ways of the flow itself or of one subflow.

use std::fmt::{self, Write as _};

use super::{escape, key, key_width, px, text_line};
use crate::flow::diagram::layout::{Area, Layout, Plan, PlanWay, Route, Size, lay_out};
use crate::flow::diagram::{Diagram, Edge, Family, NodeBox, Stroke, measure};

/// The size of a node's name.
const NAME: f64 = 13.0;
/// The size of all other text.
const SMALL: f64 = 11.0;
/// The widest line of words in a box.
const ROOM: f64 = 178.0;
/// The widest name.
const NAME_ROOM: f64 = 210.0;
/// The lines of words in a box.
const LINES: usize = 2;
/// The free room in a box at its sides, and above and below its text.
const PADDING: f64 = 12.0;
/// The height of the first line of a box.
const HEAD: f64 = 18.0;
/// The height of every other line.
const LINE: f64 = 14.0;
/// The narrowest box.
const NARROWEST: f64 = 104.0;
/// The widest label of a way.
const LABEL: f64 = 150.0;
/// The height of a line of a label.
const LABEL_LINE: f64 = 13.0;
/// The most lines of a label.
const LABEL_LINES: usize = 4;
/// The free room between the frame of a subflow and what is in it; the subflow's name stands there.
const FRAME: f64 = 30.0;
/// The weight of ways in the normal course of a call; they are kept short and straight.
const MAIN: f64 = 3.0;

/// One laid-out part of the picture.
pub(super) struct Panel<'a> {
    diagram: &'a Diagram,
    /// The name of the subflow.
    title: Option<&'a str>,
    boxes: Vec<Drawn<'a>>,
    ways: Vec<&'a Edge>,
    layout: Layout,
}

/// A box with its text in lines.
struct Drawn<'a> {
    node: &'a NodeBox,
    name: String,
    lines: Vec<(&'static str, String)>,
    size: Size,
}

impl<'a> Panel<'a> {
    /// Lays out the nodes of one subflow, or those outside all of them.
    pub(super) fn new(diagram: &'a Diagram, group: Option<usize>) -> Self {
        let mut places = vec![None; diagram.boxes.len()];
        let mut boxes = Vec::new();
        for (at, node) in diagram.boxes.iter().enumerate().filter(|(_, b)| b.group == group) {
            places[at] = Some(boxes.len());
            boxes.push(Drawn::new(diagram, at, node));
        }
        let mut ways = Vec::new();
        let mut plan_ways = Vec::new();
        for way in &diagram.ways {
            if let (Some(from), Some(to)) = (places[way.from], places[way.to]) {
                let lines = label(way);
                let widest = lines.iter().map(|line| measure::width(line, SMALL));
                let size = match widest.reduce(f64::max) {
                    Some(width) => {
                        Size { width: width + 8.0, height: lines.len() as f64 * LABEL_LINE + 3.0 }
                    }
                    None => Size { width: 0.0, height: 0.0 },
                };
                let weight = if way.stroke == Stroke::Error { 1.0 } else { MAIN };
                plan_ways.push(PlanWay { from, to, label: size, weight });
                ways.push(way);
            }
        }
        let root = boxes.iter().position(|drawn| drawn.node.is_start).unwrap_or(0);
        let sizes = boxes.iter().map(|drawn| drawn.size).collect();
        let layout = lay_out(&Plan { boxes: sizes, ways: plan_ways, root });
        let title = group.and_then(|group| diagram.groups.get(group)).map(String::as_str);
        Self { diagram, title, boxes, ways, layout }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }

    /// Its size with the frame.
    pub(super) fn size(&self) -> Size {
        let Size { width, height } = self.layout.size;
        match self.title {
            Some(title) => {
                let width = width.max(measure::width(title, NAME)) + 2.0 * FRAME;
                Size { width, height: height + 2.0 * FRAME }
            }
            None => Size { width, height },
        }
    }

    /// Draws it with its upper left corner at this place.
    pub(super) fn write(&self, x: f64, y: f64, text: &mut String) -> fmt::Result {
        let (mut left, mut top) = (x, y);
        if let Some(title) = self.title {
            let size = self.size();
            writeln!(
                text,
                "<g id=\"{}\"><rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
                anchor(title),
                px(x),
                px(y),
                px(size.width),
                px(size.height)
            )?;
            text_line(text, "name", x + 12.0, y + 19.0, title)?;
            text.write_str("</g>\n")?;
            left += (size.width - self.layout.size.width) / 2.0;
            top += FRAME;
        }
        writeln!(text, "<g transform=\"translate({} {})\">", px(left), px(top))?;
        for (way, route) in self.ways.iter().zip(&self.layout.routes) {
            self.line(way, route, text)?;
        }
        for (way, route) in self.ways.iter().zip(&self.layout.routes) {
            plate(way, route.label, text)?;
        }
        for (drawn, area) in self.boxes.iter().zip(&self.layout.boxes) {
            drawn.write(self.diagram, *area, text)?;
        }
        text.write_str("</g>\n")
    }

    /// The line of a way: upright stretches with curves between them.
    fn line(&self, way: &Edge, route: &Route, text: &mut String) -> fmt::Result {
        let mut path = String::new();
        let mut before: Option<(f64, f64)> = None;
        for stretch in &route.stretches {
            match before {
                None => write!(path, "M{} {}", px(stretch.x), px(stretch.from_y))?,
                Some((x, y)) if (x - stretch.x).abs() < 0.1 => {
                    debug_assert!((y - stretch.from_y).abs() > 0.0, "layers lie apart");
                }
                Some((x, y)) => {
                    let bend = px((y + stretch.from_y) / 2.0);
                    let (to_x, to_y) = (px(stretch.x), px(stretch.from_y));
                    write!(path, "C{} {bend} {to_x} {bend} {to_x} {to_y}", px(x))?;
                }
            }
            write!(path, "V{}", px(stretch.to_y))?;
            before = Some((stretch.x, stretch.to_y));
        }
        let class = way.stroke.class();
        let name = |at: usize| self.diagram.boxes.get(at).map_or("", |node| node.name.as_str());
        let (from, to) = (escape(name(way.from)), escape(name(way.to)));
        writeln!(
            text,
            "<path class=\"way {class}\" marker-end=\"url(#tip-{class})\" data-from=\"{from}\" data-to=\"{to}\" d=\"{path}\"><title>{from} → {to}: {}</title></path>",
            escape(&way.label())
        )
    }
}

/// The label of a way as it is shown: an outcome on each line.
fn label(way: &Edge) -> Vec<String> {
    let outcomes = way.outcomes.iter().filter(|outcome| !outcome.is_empty());
    let mut lines: Vec<String> =
        outcomes.map(|outcome| measure::cut(outcome, SMALL, LABEL)).collect();
    if lines.len() > LABEL_LINES {
        let more = lines.len() - (LABEL_LINES - 1);
        lines.truncate(LABEL_LINES - 1);
        lines.push(format!("and {more} more"));
    }
    lines
}

fn plate(way: &Edge, area: Area, text: &mut String) -> fmt::Result {
    let lines = label(way);
    if lines.is_empty() {
        return Ok(());
    }
    rect(text, "plate", area, 2.0)?;
    let class = format!("label {}", way.stroke.class());
    let mut y = area.y - 1.5;
    for line in &lines {
        y += LABEL_LINE;
        text_line(text, &class, area.x + area.width / 2.0, y, line)?;
    }
    Ok(())
}

fn rect(text: &mut String, class: &str, area: Area, round: f64) -> fmt::Result {
    writeln!(
        text,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        px(area.x),
        px(area.y),
        px(area.width),
        px(area.height),
        px(round)
    )
}

/// The place of a subflow on the page, for links.
fn anchor(title: &str) -> String {
    format!("subflow-{}", escape(&title.replace(' ', "-")))
}

/// The width of the triangle that marks the start.
const MARK: f64 = 14.0;

impl<'a> Drawn<'a> {
    fn new(diagram: &Diagram, at: usize, node: &'a NodeBox) -> Self {
        let mut lines: Vec<(&'static str, String)> = measure::wrap(&node.words, SMALL, ROOM, LINES)
            .into_iter()
            .map(|line| ("words", line))
            .collect();
        lines.extend(node.stays.iter().map(|stay| ("stay", stay.clone())));
        // A way into another part of the picture is told in words.
        let away = diagram.ways.iter().filter(|way| way.from == at);
        for way in away {
            if let Some(to) = diagram.boxes.get(way.to).filter(|to| to.group != node.group) {
                lines.push(("stay", format!("{} → {}", way.label(), to.name)));
            }
        }
        for (_, line) in &mut lines {
            *line = measure::cut(line, SMALL, NAME_ROOM);
        }
        // Names are bold, which is a little wider.
        let name = measure::cut(&node.name, NAME, NAME_ROOM);
        let keys: f64 = node.keys.iter().map(|keys| key_width(keys) + 4.0).sum();
        let mark = if node.is_start { MARK } else { 0.0 };
        let head = mark
            + measure::width(&name, NAME) * 1.05
            + keys
            + 14.0
            + measure::width(node.verb, SMALL);
        let widest = lines.iter().map(|(_, line)| measure::width(line, SMALL)).fold(head, f64::max);
        let height = HEAD + lines.len() as f64 * LINE + PADDING;
        let size = Size { width: (widest + 2.0 * PADDING).max(NARROWEST), height };
        Self { node, name, lines, size }
    }

    fn write(&self, diagram: &Diagram, area: Area, text: &mut String) -> fmt::Result {
        let node = self.node;
        let class = node.family.class();
        let start = if node.is_start { " start" } else { "" };
        writeln!(text, "<g class=\"node {class}{start}\" data-node=\"{}\">", escape(&node.name))?;
        writeln!(
            text,
            "<title>{} ({}) {}</title>",
            escape(&node.name),
            node.verb,
            escape(&node.words)
        )?;
        let round = match node.family {
            Family::Ask => 12.0,
            Family::End => 20.0,
            Family::Speak | Family::Decide | Family::Reach | Family::Person => 4.0,
        };
        rect(text, "box", area, round)?;
        if matches!(node.family, Family::Person | Family::End) {
            let inside = Area {
                x: area.x + 3.0,
                y: area.y + 3.0,
                width: area.width - 6.0,
                height: area.height - 6.0,
            };
            rect(text, "inner", inside, (round - 3.0_f64).max(2.0))?;
        }
        let mut x = area.x + PADDING;
        let mut y = area.y + PADDING / 2.0 + 13.0;
        if node.is_start {
            writeln!(text, "<path class=\"mark\" d=\"M{} {}l9 5 -9 5Z\"/>", px(x), px(y - 10.0))?;
            x += MARK;
        }
        text_line(text, "name", x, y, &self.name)?;
        x += measure::width(&self.name, NAME) * 1.05 + 4.0;
        for keys in &node.keys {
            key(text, x, y - 12.0, keys)?;
            x += key_width(keys) + 4.0;
        }
        text_line(text, "verb", area.x + area.width - PADDING, y, node.verb)?;
        y += 3.0;
        let target = node.visits.and_then(|group| diagram.groups.get(group));
        if let Some(target) = target {
            writeln!(text, "<a href=\"#{}\">", anchor(target))?;
        }
        for (class, line) in &self.lines {
            y += LINE;
            text_line(text, class, area.x + PADDING, y, line)?;
        }
        if target.is_some() {
            text.write_str("</a>\n")?;
        }
        text.write_str("</g>\n")
    }
}

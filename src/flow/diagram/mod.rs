//! A flow as a picture: every node with its verb and first words, every way out with its outcome.
//!
//! [`Diagram::of`] reads a compiled flow; [`mermaid`](Diagram::mermaid), [`dot`](Diagram::dot) and
//! [`svg`](Diagram::svg) write it. Ways that are taken when something fails are dashed and of another colour, ways
//! that only words open are dotted, and commands, which work at every question, stand in a table of their own. The
//! same flow always gives the same bytes.

mod dot;
mod draw;
mod layout;
mod measure;
mod mermaid;
mod svg;

use std::fmt;

/// A flow as boxes and ways, ready to be written in several forms.
#[derive(Debug, Clone)]
pub struct Diagram {
    /// The name of the flow.
    name: String,
    boxes: Vec<NodeBox>,
    ways: Vec<Edge>,
    /// The subflows, by name.
    groups: Vec<String>,
    commands: Vec<CommandLine>,
}

/// A node in the picture.
#[derive(Debug, Clone)]
struct NodeBox {
    name: String,
    verb: &'static str,
    family: Family,
    /// What it says or works on, shortened.
    words: String,
    /// Ways that lead to no other box: `3 → back`, `4 → again`.
    stays: Vec<String>,
    /// Keys of the commands that lead here.
    keys: Vec<String>,
    /// The subflow that it is part of.
    group: Option<usize>,
    /// The subflow that it visits.
    visits: Option<usize>,
    /// Calls begin here.
    is_start: bool,
}

/// What sort of thing a verb does; boxes of one sort look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    /// Speaks.
    Speak,
    /// Asks the caller.
    Ask,
    /// Decides or writes down, in silence.
    Decide,
    /// Reaches outside the call, or visits a subflow.
    Reach,
    /// Brings in a person.
    Person,
    /// Ends the call or the subflow.
    End,
}

/// A way from one box to another; several outcomes that lead to the same box in the same manner are one way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    outcomes: Vec<String>,
    stroke: Stroke,
}

/// When a way is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stroke {
    /// In the normal course of a call.
    Plain,
    /// By words alone: no key leads there.
    Voice,
    /// When something fails: nobody answers, a service is down, retries run out.
    Error,
}

/// A command in the table beside the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CommandLine {
    keys: String,
    /// Some of its words.
    words: String,
    /// Where it leads: a node, or what it does.
    target: String,
    /// Where it works, unless at every question.
    places: Option<String>,
}

/// A picture with more boxes than can be laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyBoxes {
    /// How many there are.
    pub boxes: usize,
    /// How many ways there are.
    pub ways: usize,
}

impl fmt::Display for TooManyBoxes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { boxes, ways } = self;
        write!(
            f,
            "lay out {boxes} nodes with {ways} ways: more than {MAX_BOXES} nodes or {MAX_WAYS} ways cannot be read as \
             one picture; use `--format dot`, or `--only` for a part"
        )
    }
}

impl std::error::Error for TooManyBoxes {}

/// The most boxes of a picture that we lay out.
const MAX_BOXES: usize = 300;
/// The most ways of a picture that we lay out.
const MAX_WAYS: usize = 900;

impl Diagram {
    /// Keeps the ways of one kind and the boxes at their ends.
    #[must_use]
    pub fn only(mut self, stroke: Stroke) -> Self {
        self.ways.retain(|way| way.stroke == stroke);
        let mut places = vec![None; self.boxes.len()];
        let mut kept = Vec::new();
        for (at, node) in self.boxes.into_iter().enumerate() {
            if self.ways.iter().any(|way| way.from == at || way.to == at) {
                places[at] = Some(kept.len());
                kept.push(node);
            }
        }
        self.boxes = kept;
        for way in &mut self.ways {
            // Both ends were kept, because of this very way.
            way.from = places[way.from].unwrap_or(way.from);
            way.to = places[way.to].unwrap_or(way.to);
        }
        self
    }

    /// The picture as a Mermaid flowchart, for Markdown pages.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::write(self)
    }

    /// The picture in the DOT language of Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// The picture as SVG, laid out.
    ///
    /// # Errors
    /// When it has too many boxes or ways to be read as one picture.
    pub fn svg(&self) -> Result<String, TooManyBoxes> {
        if self.boxes.len() > MAX_BOXES || self.ways.len() > MAX_WAYS {
            return Err(TooManyBoxes { boxes: self.boxes.len(), ways: self.ways.len() });
        }
        Ok(svg::write(self))
    }
}

impl fmt::Display for CommandLine {
    /// The command as one line: `0 (petugas, orang) → agent, not at closed_menu`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.keys)?;
        if !self.words.is_empty() {
            write!(f, " ({})", self.words)?;
        }
        write!(f, " → {}", self.target)?;
        self.places.as_ref().map_or(Ok(()), |places| write!(f, ", {places}"))
    }
}

impl Edge {
    /// The outcomes as one text.
    fn label(&self) -> String {
        self.outcomes.join(", ")
    }
}

impl Family {
    /// The name of its look in style sheets.
    const fn class(self) -> &'static str {
        match self {
            Self::Speak => "speak",
            Self::Ask => "ask",
            Self::Decide => "decide",
            Self::Reach => "reach",
            Self::Person => "person",
            Self::End => "finish",
        }
    }
}

impl Stroke {
    /// All kinds, with what the legend says of them.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Plain, "way of the call"),
        (Self::Voice, "by words only, no key"),
        (Self::Error, "when something fails"),
    ];

    /// The name of its look in style sheets.
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Voice => "voice",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests;

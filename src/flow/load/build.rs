//! The tree builder: parser events in, a value and its places out.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as ParserSpan};
use serde_yaml::{Mapping, Value};

use super::{Document, MAX_LEVELS, MAX_VALUES, Places, comment, fault, scalar};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{FileId, Span};

/// Builds the tree of one file. A syntax fault or a limit ends the reading; everything else is reported and
/// read over. An empty file is an empty map.
pub(super) fn build(text: &str, file: FileId) -> (Option<Document>, Vec<Diagnostic>) {
    let mut builder = Builder::new(text, file);
    let complete = builder.run(text);
    let document = complete.then(|| {
        let (value, places) = builder.root.take().unwrap_or_else(|| {
            (Value::Mapping(Mapping::new()), Places::Map(builder.span_at(0, 0), Vec::new()))
        });
        Document { value, places }
    });
    if complete {
        builder.findings.extend(comment::check(text, file, &builder.scalars));
    }
    (document, builder.findings)
}

/// Where a text of the file stands, keys included.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScalarPlace {
    pub(super) span: Span,
    /// Whether it has no quotes and is no block text.
    pub(super) plain: bool,
}

/// A map or list that is being read.
#[derive(Debug)]
enum Frame {
    List { start: Span, items: Vec<Value>, places: Vec<Places> },
    Map { start: Span, map: Mapping, places: Vec<(Span, Places)>, key: Key },
}

/// What a map waits for.
#[derive(Debug)]
enum Key {
    /// A key.
    Wanted,
    /// The value of this key.
    Read(String, Span),
    /// A value that is thrown away, because its key was refused.
    Refused,
}

struct Builder<'t> {
    file: FileId,
    text: &'t str,
    /// The byte of each character; empty where every character is one byte.
    bytes: Vec<u32>,
    stack: Vec<Frame>,
    values: usize,
    documents: usize,
    root: Option<(Value, Places)>,
    scalars: Vec<ScalarPlace>,
    findings: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, file: FileId) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect()
        };
        Self {
            file,
            text,
            bytes,
            stack: Vec::new(),
            values: 0,
            documents: 0,
            root: None,
            scalars: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Reads all events; `false` if the reading ended early.
    fn run(&mut self, text: &str) -> bool {
        let mut parser = Parser::new_from_str(text);
        while let Some(next) = parser.next_event() {
            let result = match next {
                Ok((event, span)) => self.event(event, span),
                Err(error) => {
                    let at = self.byte(*error.marker());
                    let open = self.open_bracket();
                    Err(fault::syntax(self.text, self.file, at as usize, error.info(), open))
                }
            };
            if let Err(finding) = result {
                self.findings.push(finding);
                return false;
            }
        }
        true
    }

    fn event(&mut self, event: Event<'_>, span: ParserSpan) -> Result<(), Diagnostic> {
        let place = self.place(span);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault::second_document(place));
                }
            }
            Event::Alias(_) => {
                self.count(place)?;
                self.findings.push(fault::reuse(place, "aliases (`*name`)"));
                self.add(Value::Null, Places::Scalar(place));
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(place)?;
                self.refuse_extras(place, anchor, tag.is_some());
                self.scalars.push(ScalarPlace { span: place, plain: style == ScalarStyle::Plain });
                self.scalar(&text, style, place);
            }
            Event::SequenceStart(anchor, tag) => {
                self.count(place)?;
                self.refuse_extras(place, anchor, tag.is_some());
                let frame = Frame::List { start: place, items: Vec::new(), places: Vec::new() };
                self.push(frame, place)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.count(place)?;
                self.refuse_extras(place, anchor, tag.is_some());
                let (map, places) = (Mapping::new(), Vec::new());
                self.push(Frame::Map { start: place, map, places, key: Key::Wanted }, place)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
        }
        Ok(())
    }

    fn refuse_extras(&mut self, place: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.findings.push(fault::reuse(place, "anchors (`&name`)"));
        }
        if tagged {
            self.findings.push(fault::reuse(place, "tags (`!name`)"));
        }
    }

    fn count(&mut self, place: Span) -> Result<(), Diagnostic> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(fault::too_large(place, &format!("more than {MAX_VALUES} values")));
        }
        Ok(())
    }

    fn push(&mut self, frame: Frame, place: Span) -> Result<(), Diagnostic> {
        if self.stack.len() >= MAX_LEVELS {
            return Err(fault::too_large(place, &format!("more than {MAX_LEVELS} levels")));
        }
        self.stack.push(frame);
        Ok(())
    }

    fn close(&mut self, end: Span) {
        match self.stack.pop() {
            Some(Frame::List { start, items, places }) => {
                let span = Span { end: end.end.max(start.start), ..start };
                self.add(Value::Sequence(items), Places::List(span, places));
            }
            Some(Frame::Map { start, map, places, .. }) => {
                let span = Span { end: end.end.max(start.start), ..start };
                self.add(Value::Mapping(map), Places::Map(span, places));
            }
            None => {}
        }
    }

    /// A scalar is a key where a map waits for one, else a value.
    fn scalar(&mut self, text: &str, style: ScalarStyle, place: Span) {
        if let Some(Frame::Map { map, places, key, .. }) = self.stack.last_mut()
            && matches!(key, Key::Wanted)
        {
            *key = if style == ScalarStyle::Plain && text == "<<" {
                self.findings.push(fault::reuse(place, "merge keys (`<<`)"));
                Key::Refused
            } else if let Some(first) = map.keys().position(|k| k.as_str() == Some(text)) {
                self.findings.push(fault::given_twice(text, place, places[first].0));
                Key::Refused
            } else {
                Key::Read(text.to_owned(), place)
            };
            return;
        }
        if style == ScalarStyle::Plain {
            self.findings.extend(fault::looks_like_bool(text, place));
        }
        self.add(scalar::value(text, style), Places::Scalar(place));
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, value: Value, place: Places) {
        match self.stack.last_mut() {
            None => self.root = Some((value, place)),
            Some(Frame::List { items, places, .. }) => {
                items.push(value);
                places.push(place);
            }
            Some(Frame::Map { map, places, key, .. }) => {
                match std::mem::replace(key, Key::Wanted) {
                    Key::Wanted => {
                        self.findings.push(fault::key_is_no_text(place.span()));
                        *key = Key::Refused;
                    }
                    Key::Read(name, span) => {
                        map.insert(Value::String(name), value);
                        places.push((span, place));
                    }
                    Key::Refused => {}
                }
            }
        }
    }

    /// The innermost `[` or `{` that is still open, for a syntax fault that it may explain.
    fn open_bracket(&self) -> Option<Span> {
        self.stack.iter().rev().find_map(|frame| {
            let (Frame::List { start, .. } | Frame::Map { start, .. }) = frame;
            let bracket = self.text.get(start.range()).is_some_and(|t| t == "[" || t == "{");
            bracket.then_some(*start)
        })
    }

    fn place(&self, span: ParserSpan) -> Span {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        self.span_at(start, end.max(start))
    }

    const fn span_at(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    /// The parser counts characters; we count bytes.
    fn byte(&self, marker: Marker) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        if self.bytes.is_empty() {
            return u32::try_from(marker.index()).unwrap_or(end).min(end);
        }
        self.bytes.get(marker.index()).copied().unwrap_or(end)
    }
}

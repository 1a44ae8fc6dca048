//! The checks of a whole flow: what its nodes are to each other, once every one of them is understood.

use super::flow::FlowCompiler;
use crate::flow::check::{self, EffortLimit, Site, Subject};
use crate::flow::effort;
use crate::flow::map::Map;
use crate::flow::node::{Flow, Goto, NodeIndex, SubflowIndex, Verb, WayKind};
use crate::flow::read::{Reader, read};
use crate::flow::schema::LimitsRaw;
use crate::flow::source::{Span, Spanned};
use crate::flow::timing::Timing;

impl<'a> FlowCompiler<'a> {
    /// Asks the rules that look at a whole flow. They wait until every way leads where it should: a slip of the
    /// pen would make them tell of many things that follow from it.
    pub(super) fn advise(
        &mut self,
        flow: &Flow,
        readers: &[(Spanned<String>, Reader<'a>, Option<SubflowIndex>)],
    ) {
        let unsure = |code: &str| code.starts_with("E00") || code.starts_with("E01");
        let reported = self.contexts.iter().any(|context| context.any(unsure));
        if reported || self.findings.iter().any(|finding| unsure(finding.code())) {
            return;
        }
        let sites: Vec<Site<'_>> = flow
            .nodes
            .iter()
            .zip(readers)
            .map(|(node, (name, reader, _))| Site {
                name: node.id.as_str().into(),
                span: name.span,
                reader: *reader,
            })
            .collect();
        let rings = self.globals.queues.values();
        let rings = rings.map(|(_, queue)| (queue.name.clone(), queue.ring_timeout)).collect();
        let open = Map::open(flow);
        let roots = [Some(flow.start), flow.on_fault, escape_node(flow)];
        let roots = roots.into_iter().flatten().map(|index| index.0 as usize);
        let live = open.reached(roots, |_, _| true);
        let person = |vertex: usize| {
            flow.nodes.get(vertex).is_some_and(|node| {
                matches!(node.verb, Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_))
            })
        };
        let near_person = open.leading_to(person, |_, road| road.kind == WayKind::Passing);
        let humans = self.has_humans();
        let prompts = &self.prompts;
        let timing = Timing::new(self.facts.audio.as_ref());
        let effort = effort::effort(flow, timing);
        let languages = self.section("languages").and_then(read::<Vec<Spanned<String>>>);
        let subject = Subject {
            flow,
            sites: &sites,
            texts: &|id| prompts.texts(id),
            timing,
            rings: &rings,
            humans,
            effort_limit: self.effort_limit(),
            effort: &effort,
            effort_place: self.limit_place("effort"),
            call_limit_place: self.limit_place("call"),
            language_places: &languages.unwrap_or_default(),
            zero: self.zero(),
            closed: Map::closed(flow),
            open,
            live,
            near_person,
        };
        let mut findings = Vec::new();
        for rule in check::WHOLE {
            rule(&subject, &mut findings);
        }
        self.findings.append(&mut findings);
        self.effort = Some(effort);
    }

    fn effort_limit(&self) -> EffortLimit {
        let limits: LimitsRaw = self.section("limits").and_then(read).unwrap_or_default();
        let effort = limits.effort.unwrap_or_default();
        EffortLimit {
            to_person: effort.to_person.map(|time| time.0),
            keys: effort.keys.map(|keys| u64::from(keys.value)),
        }
    }

    /// Where the flow states one of its limits.
    fn limit_place(&self, key: &str) -> Option<Span> {
        let limits = self.section("limits").filter(Reader::is_map)?;
        limits.entries().into_iter().find(|(name, _)| name.value == key).map(|(name, _)| name.span)
    }

    /// Whether people are meant to be reached at all.
    fn has_humans(&mut self) -> bool {
        let humans = self.section("humans").and_then(read::<Spanned<String>>);
        if let Some(other) = humans.as_ref().filter(|humans| humans.value != "none") {
            self.findings.push(check::wrong_value("humans", other.span, "`none`, or left out"));
        }
        humans.is_none()
    }

    /// Where the flow's own command `0` leads.
    fn zero(&self) -> Option<Goto> {
        let zero = self.commands.iter().find(|command| command.keys.to_string() == "0")?;
        match zero.goto.as_str() {
            "back" => Some(Goto::Back),
            "repeat" => Some(Goto::Repeat),
            "none" => None,
            _ => self.find_node(&zero.goto).map(Goto::Node),
        }
    }
}

fn escape_node(flow: &Flow) -> Option<NodeIndex> {
    match flow.escape? {
        Goto::Node(index) => Some(index),
        Goto::Back | Goto::Repeat | Goto::None | Goto::Failed => None,
    }
}

//! What a node reads and sets: its formulas with what each is for, the prompts that it may play, and the variables
//! that it fills. The checks of data flow and privacy look at all nodes through this.

use std::sync::Arc;

use super::{Flow, Goto, Input, NodeIndex, Place, Prompt, VariableIndex, Verb};
use crate::flow::expression::Formula;
use crate::flow::node::{Assignment, Destination, Piece, Slot};

/// What a formula of a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// To choose a way.
    Decide,
    /// To set a variable, a parameter or a returned value.
    Set,
    /// To be sent to a service, by the place of its parameter.
    Send(usize),
    /// To find an agent: a skill, a priority.
    Route,
    /// A number to call or to show.
    Call,
    /// For the call record.
    Note,
    /// For the agent's screen.
    Tell,
    /// For a ticket.
    Ticket,
}

impl Use {
    /// Whether a value that is not set is simply left blank.
    pub(crate) const fn may_be_blank(self) -> bool {
        match self {
            Self::Note | Self::Tell | Self::Ticket => true,
            Self::Decide | Self::Set | Self::Send(_) | Self::Route | Self::Call => false,
        }
    }
}

impl Verb {
    /// Its formulas outside prompts, in the order in which they are worked out.
    pub(crate) fn uses(&self) -> Vec<(&Formula, Use)> {
        let mut uses = Vec::new();
        match self {
            Self::Menu(menu) | Self::Confirm(menu) => {
                uses.extend(menu.choices.iter().flat_map(|choice| assigned(&choice.set)));
            }
            Self::Set(set) => uses.extend(assigned(&set.set)),
            Self::Branch(branch) => {
                uses.extend(branch.arms.iter().map(|(when, _)| (when, Use::Decide)));
            }
            Self::Hours(hours) => uses.extend(hours.at.iter().map(|at| (at, Use::Decide))),
            Self::Http(http) => {
                uses.extend(http.with.iter().map(|(place, value)| (value, Use::Send(*place))));
            }
            Self::Call(call) => uses.extend(call.with.iter().map(|(_, value)| (value, Use::Set))),
            Self::Return(node) => uses.extend(node.with.iter().map(|(_, value)| (value, Use::Set))),
            Self::Note(note) => {
                uses.extend(note.entries.iter().map(|(_, value)| (value, Use::Note)));
            }
            Self::Ticket(ticket) => {
                uses.extend(ticket.with.iter().map(|(_, value)| (value, Use::Ticket)));
                uses.extend(ticket.recording.iter().map(|value| (value, Use::Ticket)));
            }
            Self::Queue(queue) => {
                uses.extend(queue.skills.iter().map(|(_, value)| (value, Use::Route)));
                uses.push((&queue.priority, Use::Route));
                uses.extend(queue.tell.iter().map(|(_, value)| (value, Use::Tell)));
            }
            Self::Callback(callback) => uses.push((&callback.to, Use::Call)),
            Self::Transfer(transfer) => {
                if let Destination::Formula(number) = &transfer.to {
                    uses.push((number, Use::Call));
                }
                uses.extend(transfer.caller_id.iter().map(|number| (number, Use::Call)));
            }
            Self::Say(_)
            | Self::Collect(_)
            | Self::Answer(_)
            | Self::Record(_)
            | Self::Hangup(_) => {}
        }
        uses
    }

    /// Every prompt that it may play.
    pub(crate) fn played<'a>(&'a self, flow: &'a Flow) -> Vec<&'a Arc<Prompt>> {
        match self {
            Self::Say(say) => say.prompts.iter().collect(),
            Self::Menu(menu) | Self::Confirm(menu) => asked(&menu.input),
            Self::Collect(collect) => asked(&collect.input),
            Self::Answer(answer) => {
                let mut prompts = asked(&answer.input);
                prompts.extend(answer.again.iter().chain(&answer.say_back));
                let faq = flow.faqs.get(answer.faq.0 as usize);
                prompts
                    .extend(faq.into_iter().flat_map(|faq| &faq.entries).map(|entry| &entry.say));
                prompts
            }
            Self::Http(http) => http.wait.iter().collect(),
            Self::Record(record) => record.prompts.iter().collect(),
            Self::Queue(queue) => {
                let every = queue.every.iter().flat_map(|(_, prompts)| prompts);
                let offer = queue.offer_callback.iter().flat_map(|offer| &offer.say);
                let comfort = queue.announce.iter().flat_map(|announce| &announce.comfort);
                queue
                    .greet
                    .iter()
                    .chain(every)
                    .chain(offer)
                    .chain(comfort)
                    .chain(&queue.whisper)
                    .collect()
            }
            Self::Callback(callback) => callback.greet.iter().collect(),
            Self::Hangup(hangup) => hangup.prompts.iter().collect(),
            Self::Set(_)
            | Self::Branch(_)
            | Self::Hours(_)
            | Self::Call(_)
            | Self::Ticket(_)
            | Self::Note(_)
            | Self::Transfer(_)
            | Self::Return(_) => Vec::new(),
        }
    }

    /// The values inside the prompts that it may play.
    pub(crate) fn slots<'a>(&'a self, flow: &'a Flow) -> Vec<(&'a Arc<Prompt>, &'a Slot)> {
        let prompts = self.played(flow).into_iter();
        let slots = prompts.flat_map(|prompt| {
            let pieces = prompt.pieces.values().flatten();
            pieces.filter_map(move |piece| match piece {
                Piece::Slot(slot) => Some((prompt, slot)),
                Piece::Words(_) => None,
            })
        });
        slots.collect()
    }

    /// The variable that the caller or the outside fills here, and the ways on which it is filled.
    pub(crate) fn fills(&self) -> Option<(VariableIndex, Vec<Goto>)> {
        match self {
            Self::Collect(collect) => Some((collect.into, vec![collect.ok])),
            Self::Record(record) => {
                Some((record.into, std::iter::once(record.ok).chain(record.hung_up).collect()))
            }
            Self::Http(http) => http.into.map(|into| (into, vec![http.ok])),
            Self::Ticket(ticket) => ticket.into.map(|into| (into, vec![ticket.ok])),
            Self::Say(_)
            | Self::Menu(_)
            | Self::Confirm(_)
            | Self::Answer(_)
            | Self::Set(_)
            | Self::Branch(_)
            | Self::Hours(_)
            | Self::Call(_)
            | Self::Note(_)
            | Self::Queue(_)
            | Self::Callback(_)
            | Self::Transfer(_)
            | Self::Return(_)
            | Self::Hangup(_) => None,
        }
    }
}

fn assigned(set: &[Assignment]) -> impl Iterator<Item = (&Formula, Use)> {
    set.iter().map(|assignment| (&assignment.value, Use::Set))
}

fn asked(input: &Input) -> Vec<&Arc<Prompt>> {
    let retries = input.retry.no_input.iter().chain(&input.retry.no_match);
    input.prompts.iter().chain(retries).collect()
}

impl Flow {
    /// The nodes with their places.
    pub(crate) fn places(&self) -> impl Iterator<Item = (NodeIndex, &super::Node)> {
        (0..).map(NodeIndex).zip(&self.nodes)
    }

    /// Every formula whose value becomes that of a variable: by `set`, as a parameter, as a returned value.
    pub(crate) fn assignments(&self) -> Vec<(VariableIndex, &Formula)> {
        let mut found = Vec::new();
        for node in &self.nodes {
            match &node.verb {
                Verb::Menu(menu) | Verb::Confirm(menu) => {
                    found.extend(menu.choices.iter().flat_map(|choice| of_variables(&choice.set)));
                }
                Verb::Set(set) => found.extend(of_variables(&set.set)),
                Verb::Call(call) => {
                    found.extend(call.with.iter().map(|(param, value)| (*param, value)));
                    for (position, place) in &call.returns {
                        let Place::Variable(variable) = place else { continue };
                        let inside = self.nodes.iter().filter(|n| n.subflow == Some(call.subflow));
                        found.extend(inside.filter_map(|node| {
                            let Verb::Return(end) = &node.verb else { return None };
                            let given = end.with.iter().find(|(place, _)| place == position)?;
                            Some((*variable, &given.1))
                        }));
                    }
                }
                Verb::Say(_)
                | Verb::Collect(_)
                | Verb::Answer(_)
                | Verb::Branch(_)
                | Verb::Hours(_)
                | Verb::Http(_)
                | Verb::Record(_)
                | Verb::Ticket(_)
                | Verb::Note(_)
                | Verb::Queue(_)
                | Verb::Callback(_)
                | Verb::Transfer(_)
                | Verb::Return(_)
                | Verb::Hangup(_) => {}
            }
        }
        found
    }
}

fn of_variables(set: &[Assignment]) -> impl Iterator<Item = (VariableIndex, &Formula)> {
    set.iter().filter_map(|assignment| match assignment.place {
        Place::Variable(variable) => Some((variable, &assignment.value)),
        Place::CallLanguage => None,
    })
}

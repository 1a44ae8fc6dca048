//! What becomes of a wish to be called back, as a test tells it.

use super::*;
use crate::flow::CustomerAct::{
    Answers, CallsAgain, Confirms, Declines, DoesNotAnswer, HangsUp, IsBusy, MachineAnswers,
    Rejects,
};
use crate::flow::{CustomerAct, Rung, WishEnd};
use crate::time::ClockTime;

const AGENT: Step = Step::Rung(Rung::Agent);
const CUSTOMER: Step = Step::Rung(Rung::Customer);
const PICKS_UP: Step = Step::Agent(AgentAct::Answers);

const fn nobody(minutes: u64) -> Step {
    Step::Rung(Rung::Nobody(Duration::from_mins(minutes)))
}

const fn does(act: CustomerAct) -> Step {
    Step::Customer(act)
}

const fn ends(end: WishEnd) -> Step {
    Step::WishEnds(end)
}

/// The caller asks to be called back; then this happens.
fn after_the_wish(steps: &[Step]) -> Vec<Step> {
    [&[press(&["7"]), end(Ending::Callback)][..], steps].concat()
}

fn passes(bench: &Bench, steps: &[Step]) {
    let verdict = bench.play(&after_the_wish(steps));
    assert_eq!(told(&verdict), [""; 0], "{steps:?}\n{}", verdict.story.join("  "));
}

#[test]
fn what_comes_of_a_wish_passes() {
    let talk = [PICKS_UP, CUSTOMER, does(Answers), does(Confirms), wait(60), does(HangsUp)];
    let again = [does(CallsAgain), press(&["0"]), PICKS_UP, Step::Hangup];
    let twice = [does(CallsAgain), press(&["7"]), end(Ending::Callback), ends(WishEnd::Merged)];
    let failed = [
        [PICKS_UP, does(DoesNotAnswer), nobody(9)],
        [PICKS_UP, does(IsBusy), nobody(29)],
        [PICKS_UP, does(MachineAnswers), ends(WishEnd::Exhausted)],
    ];
    let bench = bench();
    for steps in [
        [&[AGENT][..], &talk, &[ends(WishEnd::Done)]].concat(),
        [&[PICKS_UP, does(Answers), does(Confirms)][..], &[Step::Agent(AgentAct::HangsUp)]]
            .concat(),
        vec![PICKS_UP, does(Answers), does(Declines), ends(WishEnd::Declined)],
        [&[Step::Agent(AgentAct::Rejects)][..], &talk].concat(),
        [&[PICKS_UP, does(Rejects), nobody(8)][..], &talk].concat(),
        failed.concat(),
        [&again[..], &[ends(WishEnd::CalledAgain), nobody(60)]].concat(),
        [&twice[..], &talk, &[ends(WishEnd::Done)]].concat(),
    ] {
        passes(&bench, &steps);
    }
}

#[test]
fn a_wish_waits_for_agents_hours_and_its_end() {
    let mut busy = bench();
    let staff = Staff { count: 1, busy: true, waiting: 0 };
    busy.case.agents = BTreeMap::from([(QueueId::from("service"), staff)]);
    passes(&busy, &[nobody(30), ends(WishEnd::Expired)]);
    passes(&busy, &[nobody(30), Step::Agent(AgentAct::ComesFree), AGENT]);
    let mut late = bench_of(&LINE.replace("08:00-20:00", "08:00-16:00"));
    let afternoon = Moment { time: ClockTime { hour: 16, minute: 30 }, ..DEFAULT_MOMENT };
    late.case.at = Some((afternoon, "Asia/Jakarta".into()));
    passes(&late, &[nobody(15 * 60), AGENT]);
    let mut abroad = bench();
    abroad.case.origin = Origin::new("100", Some("+15550100"));
    passes(&abroad, &[ends(WishEnd::NotAllowed)]);
}

#[test]
fn the_customer_may_be_called_first() {
    let first = bench_of(&LINE.replace("callbacks: {", "callbacks: { first: customer,"));
    let talk = [CUSTOMER, does(Answers), does(Confirms), PICKS_UP, wait(60), does(HangsUp)];
    passes(&first, &[&talk[..], &[ends(WishEnd::Done)]].concat());
    passes(&first, &[does(DoesNotAnswer), nobody(9), CUSTOMER]);
}

#[test]
fn a_wish_that_goes_another_way_says_how() {
    let scripts = [
        vec![CUSTOMER],
        vec![nobody(2)],
        vec![does(Confirms)],
        vec![does(HangsUp), nobody(1)],
        vec![PICKS_UP, does(Answers), does(Declines), ends(WishEnd::Done)],
        vec![PICKS_UP, does(Answers), does(Declines), ends(WishEnd::Declined), AGENT],
        vec![PICKS_UP, does(IsBusy), Step::Agent(AgentAct::ComesFree)],
    ];
    let bench = bench();
    let play = |script: &Vec<Step>| {
        let verdict = bench.play(&after_the_wish(script));
        assert_eq!(verdict.differences.len(), 1, "{script:?}: {:?}", told(&verdict));
        told(&verdict).join("")
    };
    let mut found: Vec<String> = scripts.iter().map(play).collect();
    let verdict = bench.play(&[press(&["1"]), AGENT]);
    found.extend(told(&verdict));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn claims_look_at_the_last_call_and_its_rules_at_each() {
    let again = after_the_wish(&[does(CallsAgain), press(&["4"]), wait(5), Step::Hangup]);
    let bench = bench().claims(&[Claim::Callbacks(1), Claim::ShorterThan(Duration::from_mins(1))]);
    let verdict = bench.play(&again);
    assert_eq!(told(&verdict), [""; 0], "{}", verdict.story.join("  "));
    assert!(verdict.lasted < Duration::from_mins(1), "{}", verdict.lasted);
    let mut bench = bench;
    let rule = CallRule::EndsIn([Ending::Queue].into());
    bench.rules = vec![Spanned::new(rule, Span::default())];
    let verdict = bench.play(&again);
    assert_eq!(verdict.differences.len(), 1, "the first call did not end in a queue");
}

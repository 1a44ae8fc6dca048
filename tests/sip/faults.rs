//! What goes wrong in other call centres, what is required here, and the tests that hold it, row by row.
//!
//! The table is the list: a row without a test, or a test that is not there, fails.

use std::fs;
use std::path::Path;

/// One thing that went wrong elsewhere.
struct Fault {
    /// Its number in the table of the design.
    row: u8,
    /// What is required so that it does not go wrong here.
    required: &'static str,
    /// The tests that hold it: `FILE::FUNCTION`.
    tests: &'static [&'static str],
}

const FAULTS: &[Fault] = &[
    Fault {
        row: 1,
        required: "no agent is offered two callers at once, and many callers do not try the same agent",
        tests: &[
            "tests/sip/offers.rs::three_calls_at_one_instant_ring_three_agents",
            "src/queue/tests/scenario.rs::a_burst_goes_to_as_many_agents_as_there_are",
            "tests/storage/burst.rs::a_burst_is_served_without_a_double_and_in_order",
            "tests/storage/cheats.rs::a_store_that_grants_every_claim_is_found",
        ],
    },
    Fault {
        row: 2,
        required: "no agent stays reserved: each state that binds has a deadline",
        tests: &[
            "src/queue/tests/strategy.rs::every_state_that_binds_has_an_end",
            "src/queue/tests/scenario.rs::an_offer_without_any_outcome_ends_with_its_lease",
            "tests/sip/offers.rs::an_answer_that_crosses_the_end_of_the_ringing_is_taken_back",
        ],
    },
    Fault {
        row: 3,
        required: "no agent stays in a talk whose BYE was lost or whose telephone died",
        tests: &[
            "tests/sip/losses.rs::an_agent_whose_telephone_is_killed_is_freed_and_the_caller_is_first_in_line",
            "tests/sip/losses.rs::an_agent_whose_goodbye_was_lost_is_free_once_the_telephone_is_asked",
            "tests/sip/softphones.rs::the_caller_of_an_agent_who_vanishes_is_first_in_line_within_ten_seconds",
            "src/sip/agent/tests/sessions.rs::a_refresher_that_is_gone_ends_the_call",
            "src/sip/agent/tests/sessions.rs::a_refreshed_side_that_is_gone_ends_the_call",
            "tests/serve/control.rs::a_supervisor_sees_who_waits_why_and_brings_the_agent_back",
            "src/engine/reconcile/tests.rs::an_agent_who_talks_without_a_phone_is_free_again",
            "src/engine/reconcile/tests.rs::a_phone_without_a_call_is_hung_up",
        ],
    },
    Fault {
        row: 4,
        required: "nobody counts as answered after the hang-up",
        tests: &[
            "tests/sip/figures.rs::who_waits_is_given_to_an_agent_who_becomes_free_at_once",
            "tests/simulation.rs::no_day_loses_doubles_or_overtakes_a_caller",
            "tests/simulation/faults.rs::each_fault_in_a_history_is_seen",
        ],
    },
    Fault {
        row: 5,
        required: "an answer to an offer that was taken back is ended, whoever crosses whom",
        tests: &[
            "tests/sip/offers.rs::an_answer_that_crosses_the_end_of_the_ringing_is_taken_back",
            "tests/sip/offers.rs::a_caller_is_not_given_to_two_agents_when_the_first_answers_too_late",
            "tests/calls/queue.rs::a_caller_who_hangs_up_in_line_stops_the_ringing_in_the_same_step",
        ],
    },
    Fault {
        row: 6,
        required: "nobody waits beside a ready agent, and it would be noticed",
        tests: &[
            "src/queue/tests/scenario.rs::a_contact_that_waits_beside_a_ready_agent_is_noticed",
            "tests/simulation.rs::no_day_loses_doubles_or_overtakes_a_caller",
        ],
    },
    Fault {
        row: 7,
        required: "one who cannot be had does not stop the search for others",
        tests: &["src/queue/tests/strategy.rs::an_unavailable_candidate_stops_nobody_else"],
    },
    Fault {
        row: 8,
        required: "callers are served in the order of the line, and it can be asked why",
        tests: &[
            "tests/simulation.rs::no_day_loses_doubles_or_overtakes_a_caller",
            "src/queue/tests/strategy.rs::a_changed_priority_and_a_move_keep_the_order_true",
            "tests/serve/control.rs::a_supervisor_sees_who_waits_why_and_brings_the_agent_back",
        ],
    },
    Fault {
        row: 9,
        required: "a prompt is given up within one packet when the agent answers",
        tests: &[
            "tests/sip/figures.rs::an_answer_in_the_middle_of_a_prompt_is_not_kept_waiting",
            "tests/sip/figures.rs::caller_and_agent_hear_each_other_soon_after_the_answer",
            "tests/calls/queue.rs::an_agent_who_answers_cuts_an_announcement",
        ],
    },
    Fault {
        row: 10,
        required: "the wrap-up is the agent's own state: after a transfer, in any queue, over a reload",
        tests: &[
            "tests/sip/segments.rs::both_agents_of_an_attended_transfer_have_their_talk_and_their_wrap_up",
            "src/queue/tests/scenario.rs::an_agent_of_two_queues_takes_who_has_waited_longest_in_either",
            "src/queue/tests/strategy.rs::a_reload_changes_no_state_no_counter_and_no_place",
        ],
    },
    Fault {
        row: 11,
        required: "the wrap-up is seen, with its end",
        tests: &[
            "tests/sip/segments.rs::both_agents_of_an_attended_transfer_have_their_talk_and_their_wrap_up",
        ],
    },
    Fault {
        row: 12,
        required: "each agent's wrap-up ends at its own time",
        tests: &["src/queue/tests/strategy.rs::each_wrap_up_has_its_own_deadline"],
    },
    Fault {
        row: 13,
        required: "where all are rung, the others ring on until the first has the caller",
        tests: &[
            "src/queue/tests/together.rs::an_answerer_who_is_gone_before_the_bridge_costs_the_caller_nothing",
            "tests/sip/together.rs::both_phones_ring_and_the_first_who_answers_has_the_caller",
            "tests/sip/together.rs::an_answerer_who_hangs_up_before_the_caller_is_there_leaves_the_others_ringing",
        ],
    },
    Fault {
        row: 14,
        required: "an agent who turns the call away does not end it",
        tests: &[
            "tests/sip/offers.rs::each_refusal_has_its_own_rest_and_the_caller_goes_on",
            "tests/calls/queue.rs::the_next_agent_is_rung_when_the_first_is_busy_or_declines",
        ],
    },
    Fault {
        row: 15,
        required: "counts come of the history and of nothing else",
        tests: &[
            "tests/sip/day.rs::a_day_adds_up",
            "tests/simulation/faults.rs::each_fault_in_a_history_is_seen",
        ],
    },
    Fault {
        row: 16,
        required: "lists are handed out in pages, and a change of settings touches only what differs",
        tests: &[
            "tests/serve/control.rs::what_makes_no_sense_is_told_in_one_form",
            "src/queue/tests/strategy.rs::a_reload_changes_no_state_no_counter_and_no_place",
        ],
    },
    Fault {
        row: 17,
        required: "neither a reload nor a restart changes what an agent does, why and since when",
        tests: &[
            "tests/crash.rs::a_node_that_is_killed_comes_back_as_it_was",
            "tests/crash.rs::a_project_read_anew_changes_nothing_that_stands",
            "src/queue/tests/restart.rs::a_restart_changes_no_reason_no_pause_and_no_deadline",
            "src/queue/tests/strategy.rs::a_reload_changes_no_state_no_counter_and_no_place",
        ],
    },
    Fault {
        row: 18,
        required: "each agent of a contact has a talk of their own, and transfers are in the history",
        tests: &[
            "tests/sip/segments.rs::both_agents_of_an_attended_transfer_have_their_talk_and_their_wrap_up",
            "tests/sip/transfers.rs::an_agent_sends_the_caller_to_a_colleague",
        ],
    },
    Fault {
        row: 19,
        required: "a question to a colleague that comes to nothing leaves the contact as it was",
        tests: &[
            "tests/sip/segments.rs::a_question_that_nobody_takes_leaves_the_talk_as_it_was",
            "tests/calls/transfer.rs::whoever_cannot_be_had_leaves_the_caller_with_the_agent",
        ],
    },
    Fault {
        row: 20,
        required: "an agent whose telephone is not registered is not available, and that is seen",
        tests: &[
            "tests/sip/losses.rs::an_agent_whose_registration_ends_is_unreachable_and_comes_back",
            "tests/sip/agents.rs::a_telephone_with_a_wrong_password_does_not_become_an_agent",
        ],
    },
    Fault {
        row: 21,
        required: "one command changes what an agent does",
        tests: &[
            "tests/serve/control.rs::agents_and_queues_are_told_and_changed_at_the_terminal",
            "tests/sip/codes.rs::an_agent_dials_a_code_and_one_sentence_says_that_it_is_done",
        ],
    },
    Fault {
        row: 22,
        required: "what agents do stands in the store, and one process at a time owns it",
        tests: &[
            "tests/storage/fold.rs::a_later_process_takes_over_and_the_earlier_one_is_reaped",
            "tests/storage/kills.rs::two_hundred_kills_lose_nothing_and_leave_nothing_by_half",
        ],
    },
    Fault {
        row: 23,
        required: "one miss, or a telephone that registers anew, logs nobody out",
        tests: &[
            "tests/sip/losses.rs::an_agent_whose_registration_ends_is_unreachable_and_comes_back",
            "tests/sip/offers.rs::each_refusal_has_its_own_rest_and_the_caller_goes_on",
            "src/queue/tests/scenario.rs::two_misses_pause_an_agent_and_one_does_not",
            "src/queue/tests/restart.rs::a_phone_that_registers_anew_keeps_its_agent_where_they_were",
        ],
    },
    Fault {
        row: 24,
        required: "where all are rung, no telephone is rung twice for one contact",
        tests: &[
            "tests/calls/queue.rs::a_telephone_of_two_agents_rings_once_for_a_caller_where_all_are_rung",
        ],
    },
    Fault {
        row: 25,
        required: "each callback that comes to nothing says why",
        tests: &[
            "src/engine/callback/tests.rs::a_customer_who_cannot_be_had_is_tried_three_times_and_a_machine_hears_one_message",
            "src/engine/callback/tests.rs::nobody_is_called_outside_of_the_hours_nor_where_it_is_not_allowed",
            "src/engine/callback/tests.rs::a_second_wish_updates_the_first_and_who_calls_again_and_is_served_is_not_called",
            "src/engine/callback/tests.rs::a_customer_may_decline_and_an_agent_who_leaves_costs_a_try",
            "src/engine/callback/tests/ends.rs::each_way_not_to_be_had_is_told_apart",
            "src/engine/callback/tests/ends.rs::who_picks_up_and_hangs_up_without_a_key_has_not_confirmed",
            "src/engine/callback/tests/ends.rs::a_wish_that_nobody_had_time_for_expires",
            "src/engine/callback/tests/ends.rs::a_queue_that_calls_nobody_back_any_more_cancels_its_wishes",
            "src/engine/callback/tests/ends.rs::a_try_that_fails_where_nobody_is_called_back_any_more_is_the_last",
        ],
    },
];

#[test]
fn each_fault_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for pair in FAULTS.windows(2) {
        assert!(pair[0].row < pair[1].row, "rows {} and {}", pair[0].row, pair[1].row);
    }
    for Fault { row, required, tests } in FAULTS {
        assert!(!required.is_empty() && !tests.is_empty(), "row {row} requires nothing");
        for test in *tests {
            let (file, function) = test.split_once("::").expect("a file and a function");
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            if !is_test(&text, function) {
                missing.push(format!("row {row} ({required}): no test {test}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Whether a source has a test of this name that runs.
fn is_test(text: &str, function: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {function}()")) else { return false };
    let attributes = before.rsplit(['}', ';']).next().unwrap_or_default();
    attributes.contains("#[test]") && !attributes.contains("#[ignore")
}

#[test]
fn only_what_runs_counts_as_a_test() {
    for (text, runs) in [
        ("#[test]\nfn one() {}", true),
        ("fn zero() {}\n\n#[test]\nfn one() {}", true),
        ("#[test]\nfn zero() {}\nfn one() {}", false),
        ("#[test]\n#[ignore]\nfn one() {}", false),
        ("#[test]\nfn ones() {}", false),
    ] {
        assert_eq!(is_test(text, "one"), runs, "{text}");
    }
}

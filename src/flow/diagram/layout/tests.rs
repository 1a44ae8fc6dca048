//! Layouts keep what a reader needs: nothing lies on anything else, and every line begins and ends at its boxes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A plan of up to 24 boxes of different sizes with ways of all kinds: loops, doubles, to oneself left out.
fn plans() -> impl Strategy<Value = Plan> {
    (2_usize..24).prop_flat_map(|count| {
        let boxes = vec((20_u32..200, 10_u32..60), count);
        let ways = vec((0..count, 0..count, 0_u32..90, 1_u32..4), 0..48);
        (boxes, ways, 0..count).prop_map(|(boxes, ways, root)| Plan {
            boxes: boxes.into_iter().map(|(w, h)| size(w, h)).collect(),
            ways: ways
                .into_iter()
                .filter(|(from, to, ..)| from != to)
                .map(|(from, to, width, weight)| PlanWay {
                    from,
                    to,
                    label: size(width, if width > 0 { 15 } else { 0 }),
                    weight: f64::from(weight),
                })
                .collect(),
            root,
        })
    })
}

fn size(width: u32, height: u32) -> Size {
    Size { width: width.into(), height: height.into() }
}

/// Whether two rectangles share more than a hair.
fn overlap(a: Area, b: Area) -> bool {
    let apart = |low: f64, size: f64, other: f64, other_size: f64| {
        low + size <= other + 0.01 || other + other_size <= low + 0.01
    };
    !apart(a.x, a.width, b.x, b.width) && !apart(a.y, a.height, b.y, b.height)
}

fn check(plan: &Plan, layout: &Layout) -> Result<(), TestCaseError> {
    let Layout { size, boxes, routes } = layout;
    prop_assert_eq!(boxes.len(), plan.boxes.len());
    prop_assert_eq!(routes.len(), plan.ways.len());
    let labels = routes.iter().map(|route| route.label).filter(|label| label.width > 0.0);
    let things: Vec<Area> = boxes.iter().copied().chain(labels).collect();
    for (at, a) in things.iter().enumerate() {
        prop_assert!(a.x >= -0.01 && a.y >= -0.01, "{a:?} lies outside");
        prop_assert!(a.x + a.width <= size.width + 0.01 && a.y + a.height <= size.height + 0.01);
        for b in &things[at + 1..] {
            prop_assert!(!overlap(*a, *b), "{a:?} lies on {b:?}");
        }
    }
    for (way, route) in plan.ways.iter().zip(routes) {
        let (first, last) = (route.stretches.first(), route.stretches.last());
        let (Some(first), Some(last)) = (first, last) else {
            return Err(TestCaseError::fail("a way without a line"));
        };
        let touches = |area: Area, x: f64, y: f64| {
            let edge = (y - area.y).abs() < 0.01 || (y - area.y - area.height).abs() < 0.01;
            edge && x > area.x - 0.01 && x < area.x + area.width + 0.01
        };
        prop_assert!(
            touches(boxes[way.from], first.x, first.from_y),
            "begins elsewhere: {route:?}"
        );
        prop_assert!(touches(boxes[way.to], last.x, last.to_y), "ends elsewhere: {route:?}");
        for stretch in &route.stretches {
            let top = stretch.from_y.min(stretch.to_y);
            let height = (stretch.from_y - stretch.to_y).abs();
            let line = Area { x: stretch.x, y: top, width: 0.02, height };
            let crossed = boxes.iter().find(|area| overlap(line, **area));
            prop_assert!(crossed.is_none(), "{stretch:?} goes through {crossed:?}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_lies_on_anything_else_and_lines_end_at_their_boxes(plan in plans()) {
        check(&plan, &lay_out(&plan))?;
    }

    #[test]
    fn the_same_plan_gives_the_same_picture(plan in plans()) {
        prop_assert_eq!(format!("{:?}", lay_out(&plan)), format!("{:?}", lay_out(&plan)));
    }
}

#[test]
fn the_first_box_stands_on_top_and_the_others_below_in_turn() {
    let way = |from, to| PlanWay { from, to, label: size(30, 15), weight: 1.0 };
    let boxes = vec![size(100, 40); 4];
    let plan = Plan { boxes, ways: vec![way(2, 0), way(0, 1), way(1, 2), way(1, 3)], root: 2 };
    let layout = lay_out(&plan);
    let tops: Vec<f64> = [2, 0, 1, 3].iter().map(|at| layout.boxes[*at].y).collect();
    assert!(tops.is_sorted(), "{tops:?}");
    let back = &layout.routes[2].stretches;
    assert!(back[0].from_y > back[back.len() - 1].to_y, "the way back leads up: {back:?}");
}

#[test]
fn an_empty_plan_is_an_empty_picture() {
    let layout = lay_out(&Plan { boxes: Vec::new(), ways: Vec::new(), root: 0 });
    assert_eq!(layout.size, size(0, 0));
}

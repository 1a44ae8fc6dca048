//! The heights of the layers and the lines of the ways.

use super::place::ascending;
use super::{Area, Layered, Layout, Plan, Route, Size, Stretch};

/// The smallest height between two layers, in pixels; lines bend there.
const MIN_BEND: f64 = 16.0;
/// The largest.
const MAX_BEND: f64 = 56.0;
/// How much height a line needs per pixel that it goes sideways.
const SLOPE: f64 = 0.12;
/// The wished distance of two lines at a box.
const PORT_GAP: f64 = 18.0;
/// The free room between a corner of a box and the first line.
const PORT_MARGIN: f64 = 14.0;

/// Draws the ways between boxes whose middles are known.
pub(super) fn draw(plan: &Plan, layered: &Layered, centre: &[f64]) -> Layout {
    let ports = Ports::new(layered, centre);
    let bands = bands(layered, &ports, centre);
    let area = |vertex: usize| {
        let (size, band) = (layered.vertices[vertex].size, bands[layered.vertices[vertex].layer]);
        let y = band.0 + (band.1 - band.0 - size.height) / 2.0;
        Area { x: centre[vertex] - size.width / 2.0, y, width: size.width, height: size.height }
    };
    let boxes: Vec<Area> = (0..plan.boxes.len()).map(area).collect();
    let mut routes = Vec::with_capacity(layered.chains.len());
    for (way, chain) in layered.chains.iter().enumerate() {
        let last = chain.vertices.len() - 1;
        let stretch = |(at, &vertex): (usize, &usize)| {
            let band = bands[layered.vertices[vertex].layer];
            let (x, from_y, to_y) = match at {
                0 => (ports.below[way], boxes[vertex].y + boxes[vertex].height, band.1),
                at if at == last => (ports.above[way], band.0, boxes[vertex].y),
                _ => (centre[vertex], band.0, band.1),
            };
            if chain.upwards {
                Stretch { x, from_y: to_y, to_y: from_y }
            } else {
                Stretch { x, from_y, to_y }
            }
        };
        let mut stretches: Vec<Stretch> = chain.vertices.iter().enumerate().map(stretch).collect();
        if chain.upwards {
            stretches.reverse();
        }
        routes.push(Route { stretches, label: area(chain.label) });
    }
    let right = |vertex: usize| centre[vertex] + layered.vertices[vertex].size.width / 2.0;
    let width = (0..centre.len()).map(right).fold(0.0, f64::max);
    let height = bands.last().map_or(0.0, |band| band.1);
    Layout { size: Size { width, height }, boxes, routes }
}

/// Where each way meets its upper box (at the bottom edge) and its lower box (at the top edge).
struct Ports {
    below: Vec<f64>,
    above: Vec<f64>,
}

impl Ports {
    fn new(layered: &Layered, centre: &[f64]) -> Self {
        let ways = layered.chains.len();
        let mut ports = Self { below: vec![0.0; ways], above: vec![0.0; ways] };
        for vertex in (0..layered.vertices.len()).filter(|v| layered.vertices[*v].is_box) {
            let (width, middle) = (layered.vertices[vertex].size.width, centre[vertex]);
            let leaving = layered.chains.iter().enumerate().filter_map(|(way, chain)| {
                let [first, next, ..] = *chain.vertices.as_slice() else { return None };
                (first == vertex).then_some((way, centre[next]))
            });
            for (way, x) in spread(leaving.collect(), middle, width) {
                ports.below[way] = x;
            }
            let arriving = layered.chains.iter().enumerate().filter_map(|(way, chain)| {
                let [.., before, last] = *chain.vertices.as_slice() else { return None };
                (last == vertex).then_some((way, centre[before]))
            });
            for (way, x) in spread(arriving.collect(), middle, width) {
                ports.above[way] = x;
            }
        }
        ports
    }
}

/// Spreads lines along the edge of a box, each as near as possible to where it comes from.
fn spread(mut lines: Vec<(usize, f64)>, middle: f64, width: f64) -> Vec<(usize, f64)> {
    lines.sort_by(|a, b| a.1.total_cmp(&b.1));
    let room = (width - 2.0 * PORT_MARGIN).max(0.0);
    let gaps = lines.len().saturating_sub(1) as f64;
    let gap = PORT_GAP.min(room / gaps.max(1.0));
    let low = middle - room / 2.0;
    let high = (middle + room / 2.0 - gap * gaps).max(low);
    let wishes: Vec<(f64, f64)> =
        lines.iter().enumerate().map(|(at, (_, x))| (x - gap * at as f64, 1.0)).collect();
    let places = ascending(&wishes);
    let place = |(at, ((way, _), x)): (usize, (&(usize, f64), f64))| {
        (*way, x.clamp(low, high) + gap * at as f64)
    };
    lines.iter().zip(places).enumerate().map(place).collect()
}

/// The top and bottom of each layer. Where lines go far sideways, there is more height between layers.
fn bands(layered: &Layered, ports: &Ports, centre: &[f64]) -> Vec<(f64, f64)> {
    let mut sideways = vec![0.0_f64; layered.layers.len()];
    for (way, chain) in layered.chains.iter().enumerate() {
        let last = chain.vertices.len() - 1;
        let x = |at: usize| match at {
            0 => ports.below[way],
            at if at == last => ports.above[way],
            _ => centre[chain.vertices[at]],
        };
        for at in 1..=last {
            let most = &mut sideways[layered.vertices[chain.vertices[at]].layer];
            *most = most.max((x(at) - x(at - 1)).abs());
        }
    }
    let mut bands = Vec::with_capacity(layered.layers.len());
    let mut y = 0.0;
    for (at, layer) in layered.layers.iter().enumerate() {
        if at > 0 {
            y += (sideways[at] * SLOPE).clamp(MIN_BEND, MAX_BEND);
        }
        let height = layer.iter().map(|v| layered.vertices[*v].size.height).fold(0.0, f64::max);
        bands.push((y, y + height));
        y += height;
    }
    bands
}

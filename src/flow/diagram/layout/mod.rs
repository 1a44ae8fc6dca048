//! Where everything stands in a picture: boxes in layers from top to bottom, ways between them as smooth lines.
//!
//! The method of Sugiyama, Tagawa and Toda (1981): turn loops round ([`acyclic`]), give every box a layer
//! ([`layer`]), put helping points where a way crosses a layer, order each layer so that few ways cross ([`order`]),
//! choose the places ([`place`]) and draw the ways ([`route`]). A label is a box on a layer of its own between two
//! layers of boxes, so that no label ever lies on another thing. Only sizes come in and only places go out; the same
//! input always gives the same picture.

mod acyclic;
mod layer;
mod order;
mod place;
mod route;

/// A width and a height, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A rectangle, by its upper left corner, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What is to be laid out.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The size of each box.
    pub(super) boxes: Vec<Size>,
    /// The ways; none leads from a box to itself.
    pub(super) ways: Vec<PlanWay>,
    /// The box that stands first.
    pub(super) root: usize,
}

/// A way from one box to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlanWay {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The size of its label.
    pub(super) label: Size,
    /// How much it matters that it is short and straight; 1 = least.
    pub(super) weight: f64,
}

/// Where everything stands.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// The place of each box.
    pub(super) boxes: Vec<Area>,
    /// The line of each way.
    pub(super) routes: Vec<Route>,
}

/// The line of a way: upright stretches, from each to the next a curve.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// The stretches in the direction of the way.
    pub(super) stretches: Vec<Stretch>,
    /// Where the label stands.
    pub(super) label: Area,
}

/// An upright stretch of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) x: f64,
    pub(super) from_y: f64,
    pub(super) to_y: f64,
}

/// A box, a label or the place where a way crosses a layer.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    size: Size,
    layer: usize,
    /// Whether it is one of the plan's boxes.
    is_box: bool,
}

/// The boxes and helping points in layers, ways cut into pieces from layer to layer.
#[derive(Debug)]
struct Layered {
    /// The plan's boxes first.
    vertices: Vec<Vertex>,
    /// The vertices of each layer, from left to right.
    layers: Vec<Vec<usize>>,
    /// The neighbours in the layer above, with the weight of the piece between.
    above: Vec<Vec<(usize, f64)>>,
    /// The neighbours in the layer below.
    below: Vec<Vec<(usize, f64)>>,
    /// Each way as its vertices from top to bottom.
    chains: Vec<Chain>,
}

/// A way through the layers.
#[derive(Debug)]
struct Chain {
    /// Its vertices from top to bottom, the boxes at both ends included.
    vertices: Vec<usize>,
    /// Which of them holds the label.
    label: usize,
    /// Whether the way leads upwards.
    upwards: bool,
}

/// Lays out a plan.
pub(super) fn lay_out(plan: &Plan) -> Layout {
    let ends: Vec<(usize, usize)> = plan.ways.iter().map(|way| (way.from, way.to)).collect();
    let upwards = acyclic::turned_round(plan.boxes.len(), &ends, plan.root);
    let mut layered = cut(plan, &upwards);
    order::order(&mut layered);
    let centres = place::place(&layered);
    route::draw(plan, &layered, &centres)
}

/// Gives every box its layer and cuts the ways into pieces.
fn cut(plan: &Plan, upwards: &[bool]) -> Layered {
    let down = |(way, up): (&PlanWay, &bool)| {
        let (top, bottom) = if *up { (way.to, way.from) } else { (way.from, way.to) };
        (top, bottom, way.weight)
    };
    let edges: Vec<(usize, usize, f64)> = plan.ways.iter().zip(upwards).map(down).collect();
    let layer_of = layer::layers(plan.boxes.len(), &edges);
    let boxes = plan.boxes.iter().zip(&layer_of);
    let mut layered = Layered {
        vertices: boxes.map(|(&size, &layer)| Vertex { size, layer, is_box: true }).collect(),
        layers: vec![Vec::new(); layer_of.iter().max().map_or(0, |last| last + 1)],
        above: vec![Vec::new(); plan.boxes.len()],
        below: vec![Vec::new(); plan.boxes.len()],
        chains: Vec::new(),
    };
    for ((way, &upwards), &(top, bottom, weight)) in plan.ways.iter().zip(upwards).zip(&edges) {
        let (first, last) = (layer_of[top], layer_of[bottom]);
        let label_layer = if upwards { last - 1 } else { first + 1 };
        let mut chain = Chain { vertices: vec![top], label: top, upwards };
        for layer in first + 1..last {
            let is_label = layer == label_layer;
            let size = if is_label { way.label } else { Size { width: 0.0, height: 0.0 } };
            let vertex = layered.add(Vertex { size, layer, is_box: false });
            if is_label {
                chain.label = vertex;
            }
            chain.vertices.push(vertex);
        }
        chain.vertices.push(bottom);
        layered.link(&chain.vertices, weight);
        layered.chains.push(chain);
    }
    for (vertex, place) in layered.vertices.iter().enumerate() {
        layered.layers[place.layer].push(vertex);
    }
    layered
}

/// How much more a piece between two helping points wants to be upright than one at a box.
const STRAIGHT: f64 = 8.0;
/// The same for a piece between a box and a helping point.
const HALF_STRAIGHT: f64 = 2.0;

impl Layered {
    fn add(&mut self, vertex: Vertex) -> usize {
        self.vertices.push(vertex);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.vertices.len() - 1
    }

    fn link(&mut self, chain: &[usize], weight: f64) {
        for pair in chain.windows(2) {
            let &[top, bottom] = pair else { continue };
            let at_box = self.vertices[top].is_box || self.vertices[bottom].is_box;
            let weight = weight * if at_box { HALF_STRAIGHT } else { STRAIGHT };
            self.below[top].push((bottom, weight));
            self.above[bottom].push((top, weight));
        }
    }
}

#[cfg(test)]
mod tests;

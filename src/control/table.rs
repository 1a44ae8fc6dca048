//! All routes, each with what it needs, takes and gives. The router, the rights and the OpenAPI document are made of it.

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: it tells nothing of anybody.
    Nothing,
    /// A role that sees everything.
    Read,
    /// A role that sees everything, or the agent whom it is about.
    See,
    /// A supervisor, or the agent whom it is about.
    Change,
    /// A supervisor.
    Supervise,
}

/// Whether something is asked or ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    /// Asked.
    Get,
    /// Ordered.
    Post,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    ListAgents,
    ShowAgent,
    ChangeAgent,
    FreeAgent,
    ListQueues,
    ShowQueue,
    Explain,
    ListOffers,
    ListCalls,
    ShowNode,
    Health,
    Ready,
    Document,
}

/// One value in the query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) required: bool,
    /// Whether it is a number.
    pub(super) number: bool,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) method: Method,
    /// With names in braces, as both the router and OpenAPI write them.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) operation: Operation,
    /// A name for programs that are made from the document.
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) query: &'static [Parameter],
    /// The schema of the body, if there is one.
    pub(super) takes: Option<&'static str>,
    /// The schema of the answer; `None` = it is no JSON, or any.
    pub(super) gives: Option<&'static str>,
}

const AFTER: Parameter = Parameter {
    name: "after",
    about: "The last one that was seen: those after it are told.",
    required: false,
    number: false,
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "How many at most: 1 to 1000, 100 if it is left out.",
    required: false,
    number: true,
};
const CONTACT: Parameter =
    Parameter { name: "contact", about: "The contact.", required: true, number: false };
const AGENT: Parameter =
    Parameter { name: "agent", about: "The agent.", required: true, number: false };

/// A question without anything in the query or a body.
const fn get(
    path: &'static str,
    needs: Needs,
    operation: Operation,
    id: &'static str,
    about: &'static str,
    gives: Option<&'static str>,
) -> Route {
    let (method, query, takes) = (Method::Get, &[], None);
    Route { method, path, needs, operation, id, about, query, takes, gives }
}

/// Every route, in the order of the document.
pub(super) const ROUTES: &[Route] = &[
    Route {
        query: &[AFTER, LIMIT],
        ..get(
            "/v1/agents",
            Needs::Read,
            Operation::ListAgents,
            "listAgents",
            "All agents, by name, and what each does.",
            Some("AgentList"),
        )
    },
    get(
        "/v1/agents/{agent}",
        Needs::See,
        Operation::ShowAgent,
        "showAgent",
        "One agent.",
        Some("AgentView"),
    ),
    Route {
        method: Method::Post,
        takes: Some("AgentChange"),
        ..get(
            "/v1/agents/{agent}/state",
            Needs::Change,
            Operation::ChangeAgent,
            "changeAgent",
            "Changes what an agent does. A break begins when the present offer, talk and wrap-up are over. With the header `Idempotency-Key` a repeated order is carried out once.",
            Some("AgentView"),
        )
    },
    Route {
        method: Method::Post,
        ..get(
            "/v1/agents/{agent}/free",
            Needs::Supervise,
            Operation::FreeAgent,
            "freeAgent",
            "Frees an agent who is stuck: an offer is taken back, a talk is ended, a wrap-up and a pause are over.",
            Some("AgentView"),
        )
    },
    get(
        "/v1/queues",
        Needs::Read,
        Operation::ListQueues,
        "listQueues",
        "All queues, by name, and how each stands.",
        Some("QueueList"),
    ),
    get(
        "/v1/queues/{queue}",
        Needs::Read,
        Operation::ShowQueue,
        "showQueue",
        "One queue with those who wait in it, first first. Numbers are masked.",
        Some("QueueDetail"),
    ),
    Route {
        query: &[CONTACT, AGENT],
        ..get(
            "/v1/queues/{queue}/explain",
            Needs::Read,
            Operation::Explain,
            "explain",
            "Why a contact is, or is not, offered to an agent now: rule by rule.",
            Some("Explained"),
        )
    },
    get(
        "/v1/offers",
        Needs::Read,
        Operation::ListOffers,
        "listOffers",
        "The offers under way.",
        Some("OfferList"),
    ),
    Route {
        query: &[AFTER, LIMIT],
        ..get(
            "/v1/calls",
            Needs::Read,
            Operation::ListCalls,
            "listCalls",
            "The live calls, in the order in which they began. Numbers are masked.",
            Some("CallList"),
        )
    },
    get(
        "/v1/node",
        Needs::Read,
        Operation::ShowNode,
        "showNode",
        "The node: its version, adapters and load.",
        Some("NodeView"),
    ),
    get(
        "/v1/health",
        Needs::Nothing,
        Operation::Health,
        "health",
        "Whether the node lives: 200, or 503 where its engine does not answer.",
        Some("Standing"),
    ),
    get(
        "/v1/ready",
        Needs::Nothing,
        Operation::Ready,
        "ready",
        "Whether the node takes calls: 200, or 503 while it drains or cannot.",
        Some("Standing"),
    ),
    get(
        "/v1/openapi.json",
        Needs::Nothing,
        Operation::Document,
        "document",
        "This document.",
        None,
    ),
];

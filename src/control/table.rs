//! All routes, each with what it needs, takes and gives. The router, the rights and the `OpenAPI` document are made of it.

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: it tells nothing of anybody.
    Nothing,
    /// A role that sees everything.
    Read,
    /// A role that sees everything; nothing where only this machine can ask.
    Figures,
    /// A role that sees everything, or the agent whom it is about.
    See,
    /// A supervisor, or the agent whom it is about.
    Change,
    /// A supervisor.
    Supervise,
    /// A role that sees everything, or any agent: of tickets.
    SeeTickets,
    /// A supervisor, or any agent: of tickets.
    WorkTickets,
    /// An admin.
    Administer,
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
    ChangeContact,
    ListOffers,
    Tickets(TicketOperation),
    Data(DataOperation),
    ListCalls,
    ShowNode,
    Health,
    Ready,
    Document,
    Metrics,
    Events,
}

/// What is done about tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TicketOperation {
    List,
    Show,
    Assign,
    Note,
    Close,
}

/// What is done with what the store keeps of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataOperation {
    Export,
    Erase,
    Expire,
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
    /// With names in braces, as both the router and `OpenAPI` write them.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) operation: Operation,
    /// A name for programs that are made from the document.
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) query: &'static [Parameter],
    /// The schema of the body, if there is one.
    pub(super) takes: Option<&'static str>,
    pub(super) gives: Gives,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// JSON of this schema.
    Shape(&'static str),
    /// JSON.
    Json,
    /// Text.
    Text,
    /// Server-sent events.
    Events,
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

/// What narrows a list of tickets down.
const TICKETS: &[Parameter] = &[
    Parameter {
        name: "state",
        about: "`open`, `closed` or `all`; open ones if it is left out.",
        required: false,
        number: false,
    },
    Parameter {
        name: "owner",
        about: "The agent who has to do it.",
        required: false,
        number: false,
    },
    Parameter {
        name: "unowned",
        about: "`true` = those of nobody.",
        required: false,
        number: false,
    },
    Parameter {
        name: "overdue",
        about: "`true` = open ones whose time is over.",
        required: false,
        number: false,
    },
    Parameter {
        name: "kind",
        about: "What kind, as the flow names it: `complaint`, `follow_up`, `voicemail`, `callback`.",
        required: false,
        number: false,
    },
    AFTER,
    LIMIT,
];

/// A question without anything in the query or a body.
const fn get(
    path: &'static str,
    needs: Needs,
    operation: Operation,
    id: &'static str,
    about: &'static str,
    gives: Gives,
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
            Gives::Shape("AgentList"),
        )
    },
    get(
        "/v1/agents/{agent}",
        Needs::See,
        Operation::ShowAgent,
        "showAgent",
        "One agent.",
        Gives::Shape("AgentView"),
    ),
    Route {
        method: Method::Post,
        takes: Some("AgentChange"),
        ..get(
            "/v1/agents/{agent}/state",
            Needs::Change,
            Operation::ChangeAgent,
            "changeAgent",
            "Changes what an agent does. A break or a log-out begins when the present offer, talk and wrap-up are over. With the header `Idempotency-Key` a repeated order is carried out once.",
            Gives::Shape("AgentView"),
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
            Gives::Shape("AgentView"),
        )
    },
    get(
        "/v1/queues",
        Needs::Read,
        Operation::ListQueues,
        "listQueues",
        "All queues, by name, and how each stands.",
        Gives::Shape("QueueList"),
    ),
    get(
        "/v1/queues/{queue}",
        Needs::Read,
        Operation::ShowQueue,
        "showQueue",
        "One queue with those who wait in it, first first. Numbers are masked.",
        Gives::Shape("QueueDetail"),
    ),
    Route {
        query: &[CONTACT, AGENT],
        ..get(
            "/v1/queues/{queue}/explain",
            Needs::Read,
            Operation::Explain,
            "explain",
            "Why a contact is, or is not, offered to an agent now: rule by rule.",
            Gives::Shape("Explained"),
        )
    },
    Route {
        method: Method::Post,
        takes: Some("ContactChange"),
        ..get(
            "/v1/contacts/{contact}",
            Needs::Supervise,
            Operation::ChangeContact,
            "changeContact",
            "Gives a contact in line another priority, or leads it to another queue with its place. An offer that is under way is taken back by a move.",
            Gives::Shape("ContactView"),
        )
    },
    get(
        "/v1/offers",
        Needs::Read,
        Operation::ListOffers,
        "listOffers",
        "The offers under way.",
        Gives::Shape("OfferList"),
    ),
    Route {
        query: &[AFTER, LIMIT],
        ..get(
            "/v1/calls",
            Needs::Read,
            Operation::ListCalls,
            "listCalls",
            "The live calls, in the order in which they began. Numbers are masked.",
            Gives::Shape("CallList"),
        )
    },
    Route {
        query: TICKETS,
        ..get(
            "/v1/tickets",
            Needs::SeeTickets,
            Operation::Tickets(TicketOperation::List),
            "listTickets",
            "Tickets, by number: what callers left for people to do. An agent is told their own and those of nobody.",
            Gives::Shape("TicketList"),
        )
    },
    get(
        "/v1/tickets/{ticket}",
        Needs::SeeTickets,
        Operation::Tickets(TicketOperation::Show),
        "showTicket",
        "One ticket with everything that was said and done. The words are told to those alone who may change it.",
        Gives::Shape("TicketDetail"),
    ),
    Route {
        method: Method::Post,
        takes: Some("TicketAssignment"),
        ..get(
            "/v1/tickets/{ticket}/assign",
            Needs::WorkTickets,
            Operation::Tickets(TicketOperation::Assign),
            "assignTicket",
            "Says who has to do it, or until when. An agent takes those of nobody, and gives back their own.",
            Gives::Shape("TicketDetail"),
        )
    },
    Route {
        method: Method::Post,
        takes: Some("TicketNote"),
        ..get(
            "/v1/tickets/{ticket}/note",
            Needs::WorkTickets,
            Operation::Tickets(TicketOperation::Note),
            "noteTicket",
            "Writes down what was done about it. The words are sealed with those of the caller.",
            Gives::Shape("TicketDetail"),
        )
    },
    Route {
        method: Method::Post,
        takes: Some("TicketClosing"),
        ..get(
            "/v1/tickets/{ticket}/close",
            Needs::WorkTickets,
            Operation::Tickets(TicketOperation::Close),
            "closeTicket",
            "Is done with it, and says what came of it.",
            Gives::Shape("TicketDetail"),
        )
    },
    Route {
        method: Method::Post,
        takes: Some("CallerNumber"),
        ..get(
            "/v1/data/export",
            Needs::Administer,
            Operation::Data(DataOperation::Export),
            "exportCaller",
            "Everything that is known of a caller, numbers and words in clear. That it was handed out stands in the history.",
            Gives::Json,
        )
    },
    Route {
        method: Method::Post,
        takes: Some("Erasing"),
        ..get(
            "/v1/data/erase",
            Needs::Administer,
            Operation::Data(DataOperation::Erase),
            "eraseCaller",
            "Forgets a caller for good, with `confirm: true`; without it, tells how much it would be. Their open callbacks and tickets are closed.",
            Gives::Shape("ErasedView"),
        )
    },
    Route {
        method: Method::Post,
        ..get(
            "/v1/data/expire",
            Needs::Administer,
            Operation::Data(DataOperation::Expire),
            "expireData",
            "Lets go of everything that is older than `retention` allows, as the node does once a day.",
            Gives::Shape("ExpiredView"),
        )
    },
    get(
        "/v1/node",
        Needs::Read,
        Operation::ShowNode,
        "showNode",
        "The node: its version, adapters and load.",
        Gives::Shape("NodeView"),
    ),
    get(
        "/v1/health",
        Needs::Nothing,
        Operation::Health,
        "health",
        "Whether the node lives: 200, or 503 where its engine does not answer.",
        Gives::Shape("Standing"),
    ),
    get(
        "/v1/ready",
        Needs::Nothing,
        Operation::Ready,
        "ready",
        "Whether the node takes calls: 200, or 503 while it drains or cannot.",
        Gives::Shape("Standing"),
    ),
    Route {
        query: &[Parameter {
            name: "after",
            about: "The id of the last event that was seen, where the header `Last-Event-ID` cannot be sent; `0.0` = from the beginning.",
            required: false,
            number: false,
        }],
        ..get(
            "/v1/events",
            Needs::Read,
            Operation::Events,
            "followEvents",
            "The history as it is kept, as server-sent events. Each id is a place; with `Last-Event-ID` a reader goes on exactly there, without it with what is new.",
            Gives::Events,
        )
    },
    get(
        "/v1/openapi.json",
        Needs::Nothing,
        Operation::Document,
        "document",
        "This document.",
        Gives::Json,
    ),
    get(
        "/metrics",
        Needs::Figures,
        Operation::Metrics,
        "metrics",
        "How the node fares, as Prometheus reads it. Without a token on an address of this machine alone.",
        Gives::Text,
    ),
];

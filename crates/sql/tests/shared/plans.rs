//! What a list or a step of housekeeping costs does not depend on how much there is. Each SQL store holds this in its own tests:
//! every list is asked for with every combination of its filters, and the plan of each statement is
//! looked at.

use std::fmt::Debug;

use mintage_domain::base::email::{Email, EmailStart};
use mintage_domain::base::id::{CustomerId, LicenseId, SessionId, WebhookEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, PageRequest};
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::ports::{
    AuditFilter, CustomerFilter, LicenseFilter, OrderFilter, TenantErasure, TenantRows,
};
use mintage_sql::watch::Watch;

use super::{Conn, tables};

/// When the lists are asked for: the terms of the older half of the licenses ended before.
const NOW: i64 = 30_000;

/// Asks for every list and passes the statements of each question to `check`, as diesel prints them
/// with their values. Returns how many questions there were.
pub(crate) fn each_question_is_answered_by_an_index(
    conn: &mut Conn,
    watch: &Watch,
    check: &mut dyn FnMut(&str, &str),
) -> usize {
    let mut asked = Asked {
        watch,
        check,
        seen: 0,
        questions: 0,
    };
    for page in [first(), deep()] {
        licenses(conn, &page, &mut asked);
        customers(conn, &page, &mut asked);
        audit(conn, &page, &mut asked);
        others(conn, &page, &mut asked);
    }
    housekeeping(conn, &mut asked);
    asked.questions
}

struct Asked<'a> {
    watch: &'a Watch,
    check: &'a mut dyn FnMut(&str, &str),
    seen: usize,
    questions: usize,
}

impl Asked<'_> {
    /// Checks the statements since the last question.
    fn question(&mut self, question: impl Debug) {
        self.questions += 1;
        let statements = self.watch.statements();
        assert!(statements.len() > self.seen, "{question:?} read nothing");
        for statement in &statements[self.seen..] {
            (self.check)(&format!("{question:?}"), statement);
        }
        self.seen = statements.len();
    }
}

fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn first() -> PageRequest {
    PageRequest::default()
}

/// A page in the middle of what there is.
fn deep() -> PageRequest {
    PageRequest {
        after: Some(Cursor {
            at: Timestamp::from_micros(10_000),
            id: "lic_10000".to_owned(),
        }),
        limit: None,
    }
}

fn licenses(conn: &mut Conn, page: &PageRequest, asked: &mut Asked<'_>) {
    let products = [None, Some("pixel"), Some("void")];
    let modes = [None, Some(Mode::Live), Some(Mode::Sandbox)];
    let states = [
        None,
        Some(State::Active),
        Some(State::Frozen),
        Some(State::Expired),
        Some(State::Revoked),
    ];
    let buyers = [
        (None, None),
        (Some("cus_77"), None),
        (None, Some("buyer-77@example.test")),
    ];
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let (everywhere, rare, nowhere) = (
        text("plan", "pro"),
        text("campaign", "launch"),
        text("plan", "free"),
    );
    let metadata = [
        vec![],
        vec![everywhere.clone()],
        vec![nowhere.clone()],
        vec![everywhere, rare],
    ];
    for product in products {
        for mode in modes {
            for state in states {
                for (customer, email) in buyers {
                    // The licenses of a customer are few, with whatever texts.
                    let of_one = customer.is_some() || email.is_some();
                    for metadata in &metadata[..if of_one { 2 } else { 4 }] {
                        let filter = LicenseFilter {
                            product: product.map(|it| ProductId::parse(it).unwrap()),
                            mode,
                            state: state.map(|it| (it, Timestamp::from_micros(NOW))),
                            customer: customer.map(|it| CustomerId::parse(it).unwrap()),
                            email: email.map(|it| Email::parse(it).unwrap()),
                            metadata: metadata.clone(),
                        };
                        tables::licenses::license_list::list(conn, &acme(), &filter, page).unwrap();
                        asked.question((&filter, page));
                    }
                }
            }
        }
    }
}

fn customers(conn: &mut Conn, page: &PageRequest, asked: &mut Asked<'_>) {
    let page = PageRequest {
        after: page.after.clone().map(|after| Cursor {
            id: after.id.replace("lic_", "cus_"),
            ..after
        }),
        limit: None,
    };
    for mode in [None, Some(Mode::Live), Some(Mode::Sandbox)] {
        for start in [None, Some("b"), Some("buyer-77"), Some("nobody")] {
            for email in [None, Some("buyer-77@example.test")] {
                for external_id in [None, Some("crm-70"), Some("crm-none")] {
                    let filter = CustomerFilter {
                        mode,
                        email: email.map(|it| Email::parse(it).unwrap()),
                        email_start: start.map(|it| EmailStart::parse(it).unwrap()),
                        external_id: external_id.map(|it| Text::parse(it).unwrap()),
                    };
                    tables::sales::customer::list(conn, &acme(), &filter, &page).unwrap();
                    asked.question((&filter, &page));
                }
            }
        }
    }
}

fn orders(conn: &mut Conn, page: &PageRequest, asked: &mut Asked<'_>) {
    for status in [
        None,
        Some(OrderStatus::Fulfilled),
        Some(OrderStatus::Expired),
    ] {
        for email in [None, Some("buyer-77@example.test")] {
            for session in [None, Some("cs_77")] {
                let filter = OrderFilter {
                    status,
                    email: email.and_then(Email::kept),
                    session: session.map(|it| SessionId::parse(it).unwrap()),
                    account: None,
                };
                tables::sales::order::list(conn, &acme(), &filter, page).unwrap();
                asked.question((&filter, page));
            }
        }
    }
}

fn audit(conn: &mut Conn, page: &PageRequest, asked: &mut Asked<'_>) {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    for target in ["", "lic_77", "lic_none"] {
        for action in ["", "license.minted", "license.frozen", "tenant.none"] {
            for actor in ["", "stripe", "operator", "nobody"] {
                for from in [None, Some(9_000)] {
                    let filter = AuditFilter {
                        target: text(target),
                        action: text(action),
                        actor: text(actor),
                        from: from.map(Timestamp::from_micros),
                        to: from.map(|from| Timestamp::from_micros(from + 5_000)),
                    };
                    tables::sellers::audit::list(conn, &acme(), &filter, page).unwrap();
                    asked.question((&filter, page));
                }
            }
        }
    }
}

fn others(conn: &mut Conn, page: &PageRequest, asked: &mut Asked<'_>) {
    let license = LicenseId::parse("lic_77").unwrap();
    for product in [None, Some("pixel"), Some("void")] {
        let product = product.map(|it| ProductId::parse(it).unwrap());
        tables::catalog::key_type::list(conn, &acme(), product.as_ref(), page).unwrap();
        asked.question(("key types", &product, page));
        tables::access::api_key::list(conn, &acme(), product.as_ref(), page).unwrap();
        asked.question(("API keys", &product, page));
    }
    tables::catalog::product::list(conn, &acme(), page).unwrap();
    asked.question(("products", page));
    tables::sellers::management_token::list(conn, &acme(), page).unwrap();
    asked.question(("tokens", page));
    orders(conn, page, asked);
    for endpoint in [None, Some("we_acme"), Some("we_1")] {
        let endpoint = endpoint.map(|it| WebhookEndpointId::parse(it).unwrap());
        tables::outbox::delivery::list(conn, &acme(), endpoint.as_ref(), page).unwrap();
        asked.question(("deliveries", &endpoint, page));
    }
    tables::outbox::mail::list(conn, &acme(), &license, page).unwrap();
    asked.question(("mails", page));
    tables::licenses::activation::list(conn, &acme(), &license, page).unwrap();
    asked.question(("activations", page));
    tables::stripe::event::list_parked(conn, &acme(), page).unwrap();
    asked.question(("parked events", page));
    tables::sellers::tenant::list(conn, page).unwrap();
    asked.question(("tenants", page));
    let before = Timestamp::from_micros(NOW);
    tables::sales::order::list_stuck(conn, before, 50).unwrap();
    asked.question("stuck orders");
    tables::outbox::webhook_endpoint::list(conn, &acme()).unwrap();
    asked.question("webhook endpoints");
    tables::outbox::delivery::list_waiting(conn, None, 50).unwrap();
    asked.question("waiting deliveries");
    tables::outbox::delivery::list_waiting(conn, Some(&acme()), 50).unwrap();
    asked.question("waiting deliveries of a tenant");
}

/// Much of each kind may go, or much must stay: either way a step reads no more than it deletes.
fn housekeeping(conn: &mut Conn, asked: &mut Asked<'_>) {
    let all = Timestamp::from_micros(NOW);
    for kind in Prunable::ALL {
        tables::prune::prune(conn, kind, all).unwrap();
        asked.question(("prune", kind));
    }
    for rows in TenantRows::ALL {
        let step = TenantErasure {
            tenant: acme(),
            email: Email::erased("acme"),
            rows,
            after: deep().after,
        };
        tables::sellers::erasure::step(conn, &step).unwrap();
        asked.question(("erase a tenant", rows));
    }
    tables::licenses::ending::list(conn, all, 50).unwrap();
    asked.question("licenses whose term has ended");
}

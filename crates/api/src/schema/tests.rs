//! Bodies whose fields are of these kinds.

use deserr::Deserr;
use mintage_runtime::problem::Detail;
use utoipa::ToSchema;

use crate::json::{Faults, read_body, read_body_with};
use crate::schema;

#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its faults are looked at")]
struct Sale {
    plan_code: schema::PlanCode,
    buyer: Buyer,
    #[deserr(default)]
    max_activations: Option<schema::ActivationLimit>,
    paid: bool,
    #[deserr(default)]
    entitlements: Option<schema::Entitlements>,
    #[deserr(default)]
    metadata: Option<schema::Metadata>,
}

#[derive(Deserr, ToSchema)]
#[deserr(error = Faults)]
#[expect(dead_code, reason = "only its faults are looked at")]
struct Buyer {
    email: schema::Email,
}

fn faults(body: &str) -> Vec<Detail> {
    let read = read_body_with::<Sale>(body.as_bytes(), |fields| match fields.get::<bool>("paid") {
        Some(false) => Err(Faults::one("paid", "must be true")),
        _ => Ok(()),
    });
    read.err()
        .map(|problem| problem.details)
        .unwrap_or_default()
}

#[test]
fn every_fault_is_named_with_its_path_in_the_order_of_the_fields() {
    for (body, expected) in [
        (
            "{}",
            &[
                ("planCode", "is required"),
                ("buyer", "is required"),
                ("paid", "is required"),
            ][..],
        ),
        (
            r#"{"planCode": "pro", "buyer": {"email": null}, "paid": false, "unknown": 1}"#,
            &[("buyer.email", "is required"), ("paid", "must be true")],
        ),
        (
            r#"{"entitlements": [1], "maxActivations": 0.5, "planCode": 7, "buyer": [],
                "paid": 1, "metadata": "x"}"#,
            &[
                ("planCode", "must be a string"),
                ("buyer", "must be an object"),
                ("maxActivations", "must be a whole number from 1 to 100000"),
                ("paid", "must be true or false"),
                ("entitlements", "must be a list of strings"),
                ("metadata", "must be an object"),
            ],
        ),
        (
            r#"{"planCode": "pro", "buyer": {"email": "a@b.test"}, "paid": true,
                "maxActivations": 3.0, "metadata": null}"#,
            &[],
        ),
    ] {
        let expected: Vec<Detail> = expected
            .iter()
            .map(|(path, message)| Detail::new(*path, *message))
            .collect();
        assert_eq!(faults(body), expected, "{body}");
    }
}

#[test]
fn a_body_that_is_not_an_object_has_no_faulty_fields() {
    for (body, message) in [
        ("[]", "the body must be a JSON object"),
        ("null", "the body must be a JSON object"),
        ("{", "the body is not valid JSON (line 1, column 1)"),
    ] {
        let read = read_body::<Sale>(body.as_bytes());
        let problem = read.err().expect(body);
        assert_eq!(problem.message, message);
        assert_eq!(problem.details, []);
    }
}

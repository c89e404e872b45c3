//! `POST /v1/issue` (usekeystack.com/docs/issuing-licenses).

use crate::app::{App, blocking, settle};
use crate::server::auth::SignedCaller;
use crate::server::error::{ApiError, Detail};
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::api_key::Permission;
use mintage_domain::catalog::LicenseTerms;
use mintage_domain::email::Email;
use mintage_domain::idempotency::CallerKey;
use mintage_domain::license::term::Term;
use mintage_domain::metadata::Metadata;
use mintage_domain::secret::SecretHash;
use mintage_domain::slug::KeyTypeId;
use mintage_domain::text::free_text;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::issue::{
    IssueCall, Issued, MAX_EXTERNAL_ID, MAX_NAME, MAX_NOTES, NewCustomer, NewLicense, admit, decide,
};
use serde_json::json;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Mints a license for a sale that was made elsewhere, and tells its key.
pub(super) async fn issue(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = SignedCaller::of(&app, &request, &body.0, Permission::Issue).await?;
    let api_key = caller.known.key.clone();
    let one_of = api_key.clone();
    blocking(&app, move |app| admit(&*app.store, &app.env(), &one_of)).await??;
    let wanted = wanted(&body.0)?;
    let call = IssueCall {
        api_key,
        product: caller.known.product.clone(),
        nonce: caller.nonce,
        repeatable: caller_key(&request)?.map(|key| (key, SecretHash::of_bytes(&body.0))),
    };
    let issued = settle(&app, move |app, refused| {
        decide(&*app.store, &app.env(), &call, &wanted, refused)
    })
    .await?;
    if !issued.again {
        app.deliveries_due.notify_one();
        app.mails_due.notify_one();
    }
    Ok(answer(&issued, app.clock.now()))
}

fn caller_key(request: &HttpRequest) -> Result<Option<CallerKey>, ApiError> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    // What is no ASCII is no key either.
    CallerKey::parse(value.to_str().unwrap_or_default())
        .map(Some)
        .map_err(|error| {
            let detail = Detail {
                path: IDEMPOTENCY_KEY.to_owned(),
                message: error.to_string(),
            };
            ApiError::invalid("a header is not valid", vec![detail])
        })
}

fn wanted(body: &[u8]) -> Result<NewLicense, ApiError> {
    let mut fields = Fields::parse(body)?;
    let plan = fields.required("planCode", |text| match text {
        "" => Err("must not be empty"),
        code => Ok(code.to_owned()),
    });
    let customer = fields.required_object("customer", customer);
    let term = fields.optional("duration", Term::parse);
    let most = LicenseTerms::MAX_ACTIVATIONS;
    let activations = fields.integer("maxActivations", 1..=i64::from(most));
    let notes = fields.optional("notes", |text| free_text(text, MAX_NOTES));
    let metadata = fields.free_object("metadata", Metadata::parse);
    let (plan, customer) = fields.finish(|| Some((plan?, customer?)))?;
    Ok(NewLicense {
        // A code that no key type can have is one that none has.
        key_type: KeyTypeId::parse(&plan).map_err(|_| ApiError::not_found())?,
        customer,
        term,
        activation_limit: activations.and_then(|limit| u32::try_from(limit).ok()),
        notes: notes.filter(|text| !text.is_empty()),
        metadata: metadata.unwrap_or_default(),
    })
}

fn customer(fields: &mut Fields) -> Option<NewCustomer> {
    let email = fields.required("email", Email::parse);
    let name = fields.optional("name", |text| free_text(text, MAX_NAME));
    let external_id = fields.optional("externalId", |text| free_text(text, MAX_EXTERNAL_ID));
    let metadata = fields.free_object("metadata", Metadata::parse);
    Some(NewCustomer {
        email: email?,
        name: name.filter(|text| !text.is_empty()),
        external_id: external_id.filter(|text| !text.is_empty()),
        metadata: metadata.unwrap_or_default(),
    })
}

fn answer(issued: &Issued, now: Timestamp) -> HttpResponse {
    let license = &issued.license;
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("cache-control", "no-store"));
    if issued.again {
        answer.insert_header(("idempotent-replay", "true"));
    }
    answer.json(json!({
        "id": license.id,
        "key": issued.key.expose(),
        "status": license.state(now).as_str(),
        "expiresAt": license.standing.expires_at().map(Timestamp::to_rfc3339),
        "customer": {"id": license.customer, "email": issued.email},
    }))
}

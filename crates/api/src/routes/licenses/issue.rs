//! `POST /v1/issue` (usekeystack.com/docs/issuing-licenses).

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::Email;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::idempotency::IdempotencyKey;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::license::Notes;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::customer::{CustomerName, ExternalId};
use mintage_domain::usecase::licenses::issue::{
    IssueCall, Issued, NewCustomer, NewLicense, decide,
};
use mintage_runtime::app::App;
use mintage_runtime::problem::{Detail, Problem};
use mintage_runtime::settle::settle;
use utoipa::ToSchema;

use crate::auth::SignedCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, parse_id};
use crate::views::IssuedLicense;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Mints a license
///
/// For a sale that was made elsewhere. Tells its key. The API key needs the scope `FULL` or
/// `ISSUE_ONLY`, and may issue 60 licenses a second.
#[utoipa::path(
    post,
    path = "/v1/issue",
    operation_id = "issueLicense",
    tag = "Signed calls",
    params(("Idempotency-Key" = inline(Option<String>), Header,
        min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "The same key with the same body gets the same answer for 24 hours.",
    )),
    request_body = IssueRequest,
    responses((status = 200, description = "The license.", body = IssuedLicense<'_>, headers(
        ("Idempotent-Replay" = bool, description = "`true` if the call was answered before."),
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = [])),
    extensions(("x-error-codes" = json!([
        "common/idempotency-conflict",
        "common/not-found",
        "quota/licenses-exceeded",
    ]))),
)]
pub(super) async fn issue(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = SignedCaller::of(&app, &request, &body.0, Permission::Issue).await?;
    let wanted = wanted(&body.0)?;
    let call = IssueCall {
        api_key: caller.known.key.clone(),
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

fn caller_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    // What is no ASCII is no key either.
    IdempotencyKey::parse(value.to_str().unwrap_or_default())
        .map(Some)
        .map_err(|error| {
            let detail = Detail::new(IDEMPOTENCY_KEY, error.to_string());
            Problem::invalid("a header is not valid", vec![detail])
        })
}

/// What a license is issued for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `wanted` reads")]
#[schema(rename_all = "camelCase")]
struct IssueRequest {
    /// The key type.
    plan_code: schema::KeyTypeId,
    customer: IssueCustomer,
    /// In place of the key type's.
    duration: Option<schema::Duration>,
    /// In place of the key type's.
    max_activations: Option<schema::ActivationLimit>,
    notes: Option<schema::Notes>,
    metadata: Option<schema::Metadata>,
}

/// Whom a license is for. A customer is known by the address, and what is told of one is added to
/// what is known.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `customer` reads")]
#[schema(rename_all = "camelCase")]
struct IssueCustomer {
    email: schema::Email,
    name: Option<schema::CustomerName>,
    external_id: Option<schema::ExternalId>,
    metadata: Option<schema::Metadata>,
}

fn wanted(body: &[u8]) -> Result<NewLicense, Problem> {
    let mut fields = Fields::parse(body)?;
    let plan = fields.required("planCode", |text| match text {
        "" => Err("must not be empty"),
        code => Ok(code.to_owned()),
    });
    let customer = fields.required_object("customer", customer);
    let term = fields.optional("duration", Term::parse);
    let most = LicenseTerms::MAX_ACTIVATIONS;
    let activations = fields.integer("maxActivations", 1..=i64::from(most));
    let notes = fields.optional("notes", Notes::parse);
    let metadata = fields.free_object("metadata", Metadata::parse);
    let (plan, customer) = fields.finish(|| Some((plan?, customer?)))?;
    Ok(NewLicense {
        // A code that no key type can have is one that none has.
        key_type: parse_id(&plan, KeyTypeId::parse)?,
        customer,
        term,
        activation_limit: activations.and_then(|limit| u32::try_from(limit).ok()),
        notes: notes.and_then(Text::non_empty),
        metadata: metadata.unwrap_or_default(),
    })
}

fn customer(fields: &mut Fields) -> Option<NewCustomer> {
    let email = fields.required("email", Email::parse);
    let name = fields.optional("name", CustomerName::parse);
    let external_id = fields.optional("externalId", ExternalId::parse);
    let metadata = fields.free_object("metadata", Metadata::parse);
    Some(NewCustomer {
        email: email?,
        name: name.and_then(Text::non_empty),
        external_id: external_id.and_then(Text::non_empty),
        metadata: metadata.unwrap_or_default(),
    })
}

fn answer(issued: &Issued, now: Timestamp) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("cache-control", "no-store"));
    if issued.again {
        answer.insert_header(("idempotent-replay", "true"));
    }
    answer.json(IssuedLicense::of(issued, now))
}

//! `POST /v1/issue` (usekeystack.com/docs/issuing-licenses).

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::idempotency::IdempotencyKey;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::sellers::audit::Origin;
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::licenses::issue::{
    IssueCall, IssueError, Issued, NewCustomer, NewLicense, decide, decide_again,
};
use mintage_runtime::app::App;
use mintage_runtime::catalog::find_offer;
use mintage_runtime::problem::{Detail, Problem};
use mintage_runtime::settle::settle_from;
use utoipa::ToSchema;

use crate::auth::SignedCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::parse_id;
use crate::schema;
use crate::views::licenses::IssuedLicense;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The license to issue.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct IssueLicenseRequest {
    plan_code: schema::PlanCode,
    customer: IssueCustomer,
    /// The default is the duration of the key type.
    #[deserr(default)]
    duration: Option<schema::Duration>,
    /// The default is the activation limit of the key type.
    #[deserr(default)]
    max_activations: Option<schema::ActivationLimit>,
    #[deserr(default)]
    notes: Option<schema::Notes>,
    #[deserr(default)]
    metadata: Option<schema::Metadata>,
}

/// The customer of the license. The e-mail address identifies a customer; for a known customer, the other
/// fields are added to the stored ones.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct IssueCustomer {
    email: schema::Email,
    #[deserr(default)]
    name: Option<schema::CustomerName>,
    #[deserr(default)]
    external_id: Option<schema::ExternalId>,
    #[deserr(default)]
    metadata: Option<schema::Metadata>,
}

impl IssueLicenseRequest {
    fn into_new_license(self) -> Result<NewLicense, Problem> {
        Ok(NewLicense {
            key_type: parse_id(&self.plan_code.0, KeyTypeId::parse)?,
            customer: self.customer.into_new_customer(),
            term: self.duration.map(|duration| duration.0),
            activation_limit: self.max_activations.map(|limit| limit.0),
            notes: self.notes.and_then(|notes| Text::non_empty(notes.0)),
            metadata: self.metadata.map(|it| it.0).unwrap_or_default(),
        })
    }
}

impl IssueCustomer {
    fn into_new_customer(self) -> NewCustomer {
        NewCustomer {
            email: self.email.0,
            name: self.name.and_then(|name| Text::non_empty(name.0)),
            external_id: self.external_id.and_then(|id| Text::non_empty(id.0)),
            metadata: self.metadata.map(|it| it.0).unwrap_or_default(),
        }
    }
}

/// Issue a license
///
/// Issues a license for a sale outside of Mintage. The answer contains the license key. The API key needs
/// the scope `FULL` or `ISSUE_ONLY`, and may issue 60 licenses a second.
#[utoipa::path(
    post,
    path = "/v1/issue",
    operation_id = "issueLicense",
    tag = "Signed calls",
    params(("Idempotency-Key" = inline(Option<String>), Header,
        min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "A call with the same key and the same body gets the same answer for 24 hours.",
    )),
    request_body = IssueLicenseRequest,
    responses((status = 200, description = "The license.", body = IssuedLicense<'_>, headers(
        ("Idempotent-Replay" = bool, description = "`true` if the call was answered before."),
        ("Cache-Control" = String, description = "`no-store`"),
    ))),
    security(("apiKey" = [])),
    extensions(("x-error-codes" = json!([
        "common/idempotency-conflict",
        "common/not-found",
        "plan/product-deactivated",
        "quota/licenses-exceeded",
        "tenant/suspended",
    ]))),
)]
pub(super) async fn issue(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let (caller, body) = SignedCaller::of(&app, &request, body, Permission::Issue).await?;
    let new = read_body::<IssueLicenseRequest>(&body)?.into_new_license()?;
    let call = IssueCall {
        caller: Caller::from(&caller.cached.key),
        product: caller.cached.product.clone(),
        nonce: Some(caller.nonce),
        repeatable: idempotency_key(&request)?.map(|key| (key, SecretHash::of_bytes(&body))),
    };
    let wanted = (&call.caller.tenant, &call.caller.product, &new.key_type);
    let offer = find_offer(&app, wanted).await??;
    let offer = offer.ok_or(IssueError::UnknownPlan)?;
    let origin = request.extensions().get::<Origin>().cloned();
    let first = decide(&app.env_of(origin.as_ref()), &call, &offer, &new)?;
    let issued = settle_from(&app, first, move |app, refusal| {
        let env = app.env_of(origin.as_ref());
        decide_again(&*app.store, &env, &call, &new, refusal)
    })
    .await?;
    if !issued.again {
        app.deliveries_due.notify_one();
        app.mails_due.notify_one();
    }
    Ok(answer(&issued, app.clock.now()))
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    // A value that is not ASCII is read as empty, which no idempotency key is.
    IdempotencyKey::parse(value.to_str().unwrap_or_default())
        .map(Some)
        .map_err(|error| {
            let detail = Detail::new(IDEMPOTENCY_KEY, error.to_string());
            Problem::invalid("a header is not valid", vec![detail])
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

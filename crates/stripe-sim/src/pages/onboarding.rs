//! `/setup/{account}/{token}`: the onboarding of an account, which its owner completes by opening it.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::base::scope::Scope;
use crate::engine::world::{SharedWorld, World};
use crate::model::account::Requirements;
use crate::pages::html;

/// The owner enters everything that Stripe requires, and goes back. A link that is used up or too old leads
/// to the platform's page for a new link.
pub(crate) async fn get(world: Data<SharedWorld>, request: HttpRequest) -> HttpResponse {
    let mut world = world.lock();
    let now = world.clock.now();
    let link = world.onboarding_links.get_mut(request.path());
    let Some(link) = link else {
        let message = "There is no such link.";
        return html::notice(StatusCode::NOT_FOUND, "Something went wrong", message);
    };
    if link.expires_at <= now {
        let url = link.refresh_url.clone();
        return redirect(&url);
    }
    link.expires_at = now;
    let (scope, url) = (link.scope.clone(), link.return_url.clone());
    complete(&mut world, &scope);
    redirect(&url)
}

fn complete(world: &mut World, scope: &Scope) {
    let Some(account) = world.accounts.get_mut(&scope.account) else {
        return;
    };
    let previous = json!({ "details_submitted": account.details_submitted });
    account.details_submitted = true;
    account.charges_enabled = true;
    account.payouts_enabled = true;
    account.requirements = Requirements::default();
    let json = account.to_json();
    world.emit_update(scope, "account.updated", &json, &previous);
}

fn redirect(location: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header(("Location", location))
        .finish()
}

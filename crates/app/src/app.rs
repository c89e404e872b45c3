//! What every handler and loop works with: the ports, wired.

use crate::server::error::ApiError;
use crate::server::key_cache::KeyCache;
use crate::server::throttle::Throttle;
use crate::sightings::Sightings;
use actix_web::web;
use ipnet::IpNet;
use mintage_domain::changes::{Changes, Receipt};
use mintage_domain::env::Env;
use mintage_domain::fee::BasisPoints;
use mintage_domain::guard::Refusal;
use mintage_domain::limits::Limits;
use mintage_domain::mail::Mailbox;
use mintage_domain::ports::{
    Clock, CommitError, Entropy, Http, Mail, Store, StoreError, Stripe, ValidateQuery,
    ValidateRead, Webhooks,
};
use mintage_domain::seal::KeyRing;
use mintage_domain::usecase::{Decision, Failure, MAX_DECISIONS};
use mintage_domain::web_url::WebUrl;
use std::sync::Arc;
use tokio::sync::{Notify, oneshot};

/// The ports, wired, and the few settings that handlers read.
pub struct App {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Stripe, outbound.
    pub stripe: Arc<dyn Stripe>,
    /// Stripe, inbound.
    pub webhooks: Arc<dyn Webhooks>,
    /// The way to tenants' webhooks.
    pub http: Arc<dyn Http>,
    /// The way to buyers, if the operator set one up.
    pub mailer: Option<Mailer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What seals secrets.
    pub keys: KeyRing,
    /// Settings.
    pub settings: Settings,
    /// API keys and their products, for a few seconds.
    pub key_cache: KeyCache,
    /// This node's shares of all rates.
    pub throttle: Throttle,
    /// What was seen at work and is not yet written down.
    pub sightings: Sightings,
    /// Rung when something may be due for delivery.
    pub deliveries_due: Notify,
    /// Rung when a mail may be due.
    pub mails_due: Notify,
}

/// Mail, outbound.
pub struct Mailer {
    /// What sends it.
    pub mail: Arc<dyn Mail>,
    /// Where it comes from.
    pub from: Mailbox,
}

/// The settings that handlers read.
pub struct Settings {
    /// How the world reaches this server.
    pub public_url: WebUrl,
    /// The platform's fee.
    pub fee: BasisPoints,
    /// How much is let through of what is limited.
    pub limits: Limits,
    /// Whose word on where a call comes from is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether a webhook may be plain http: only where the operator opened inner networks.
    pub plain_http_webhooks: bool,
}

impl App {
    /// The surroundings of a decision.
    pub fn env(&self) -> Env<'_> {
        Env {
            clock: &*self.clock,
            entropy: &*self.entropy,
            keys: &self.keys,
        }
    }

    /// The hot read, without parking a thread.
    pub async fn validate(&self, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
        let (send, receive) = oneshot::channel();
        self.store.submit_validate(
            query,
            Box::new(move |answer| {
                // A caller that hung up needs no answer.
                let _ = send.send(answer);
            }),
        );
        receive
            .await
            .unwrap_or_else(|_| Err(StoreError::Failed("the reader stopped".into())))
    }

    async fn commit(&self, changes: Changes) -> Result<Receipt, CommitError> {
        let (send, receive) = oneshot::channel();
        self.store.submit(
            changes,
            Box::new(move |outcome| {
                // A caller that hung up needs no answer.
                let _ = send.send(outcome);
            }),
        );
        receive.await.unwrap_or_else(|_| {
            Err(CommitError::Store(StoreError::Failed(
                "the writer stopped".into(),
            )))
        })
    }
}

/// Runs something that waits for I/O where waiting is allowed: the one place for it.
pub async fn blocking<T: Send + 'static>(
    app: &web::Data<App>,
    work: impl FnOnce(&App) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let app = app.clone();
    web::block(move || work(&app))
        .await
        .map_err(|_| ApiError::internal("the server is stopping"))
}

/// [`mintage_domain::usecase::settle`] for handlers: decides where waiting is allowed, and parks
/// no thread while the commit is under way.
pub async fn settle<T, E>(
    app: &web::Data<App>,
    decide: impl Fn(&App, Option<&Refusal>) -> Result<Decision<T>, E> + Send + Sync + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: From<Failure> + Into<ApiError> + Send + 'static,
{
    let decide = Arc::new(decide);
    let mut refused: Option<Refusal> = None;
    for _ in 0..MAX_DECISIONS {
        let once = Arc::clone(&decide);
        let decision = blocking(app, move |app| once(app, refused.as_ref())).await?;
        match decision.map_err(Into::into)? {
            Decision::Answer(answer) => return Ok(answer),
            Decision::Commit(changes, answer) => match app.commit(*changes).await {
                Ok(receipt) => return Ok(answer(&receipt)),
                Err(CommitError::Refused(refusal)) => refused = Some(refusal),
                Err(CommitError::Store(error)) => {
                    return Err(E::from(Failure::Store(error)).into());
                }
            },
        }
    }
    Err(E::from(Failure::Contended).into())
}

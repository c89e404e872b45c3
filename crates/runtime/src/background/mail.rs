//! Claims due mails and sends each on a thread of its own. Without a mail server no mail is claimed,
//! and mails that have waited too long are given up.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::ports::{ClaimLimits, Message};
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::outbox::mail::{
    Composed, LEASE, MAX_CONCURRENT_PER_TENANT, Outcome, compose, give_up, record_result,
};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::error::WorkerError;
use super::gather::Gather;
use crate::app::{App, Mailer};
use crate::blocking::blocking;
use crate::crash::{self, Point};
use crate::mail_body::{key_message, license_message, paused_message};
use crate::metrics::Worker;

/// How many mails this node sends at the same time.
const MAX_CONCURRENT: usize = 8;

/// How often the worker looks without a notice: for retries, and for what other nodes queued.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How often the worker gives up mails that wait for a mail server in vain, and how many at a time.
const GIVE_UP_INTERVAL: Duration = Duration::from_mins(1);
const GIVE_UP_BATCH: usize = 100;

/// How long a server that stops waits for attempts under way. A mail whose attempt is cut off is due
/// again when its lease ends.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(20);

pub(super) async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let permits = Arc::new(Semaphore::new(MAX_CONCURRENT));
    let pause = match app.mailer {
        Some(_) => POLL_INTERVAL,
        None => GIVE_UP_INTERVAL,
    };
    let mut gather = Gather::default();
    while !*stopped.borrow() {
        gather.wait().await;
        let step = match app.mailer {
            Some(_) => send_due(&app, &permits).await,
            None => give_up_overdue(&app).await,
        };
        let (metrics, now) = (&app.metrics, app.clock.now());
        metrics.worker_ran(Worker::Mail, step.is_ok(), now);
        let may_have_more = step.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "could not process the mail queue");
            false
        });
        if app.mailer.is_none() {
            // Nothing is sent, so a look at each sale would be in vain.
            tokio::select! {
                () = sleep(POLL_INTERVAL) => {}
                _ = stopped.changed() => {}
            }
        }
        if !may_have_more && !*stopped.borrow() {
            tokio::select! {
                () = app.mails_due.notified() => {}
                () = sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
    }
    // Attempts under way hold their permits; all of them back means all are done.
    let all = u32::try_from(MAX_CONCURRENT).unwrap_or(u32::MAX);
    if timeout(SHUTDOWN_GRACE, permits.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("left mails unfinished; they are sent after the next start");
    }
}

async fn give_up_overdue(app: &Arc<App>) -> Result<bool, WorkerError> {
    let given_up = blocking(app, |app| give_up(&*app.store, &app.env(), GIVE_UP_BATCH)).await??;
    if given_up > 0 {
        tracing::warn!(mails = given_up, "gave up mails: no mail server is set up");
    }
    Ok(given_up == GIVE_UP_BATCH)
}

/// Claims as many mails as there are free permits; true if there may be more.
async fn send_due(app: &Arc<App>, permits: &Arc<Semaphore>) -> Result<bool, WorkerError> {
    let free = permits.available_permits();
    if free == 0 {
        return Ok(false);
    }
    let claimed = blocking(app, move |app| {
        app.store.claim_mails(&ClaimLimits {
            now: app.clock.now(),
            responsive: free,
            unresponsive: 0,
            per_lane: MAX_CONCURRENT_PER_TENANT,
            lease: LEASE,
        })
    })
    .await??;
    for error in &claimed.unreadable {
        tracing::error!(cause = %error, "cannot read a mail; it is set aside for an hour");
    }
    if !claimed.leased.is_empty() {
        crash::point(Point::MailClaimed);
    }
    for mail in claimed.leased {
        if mail.attempts <= 1 {
            let waited = app.clock.now().since(mail.created_at);
            app.metrics.first_mail_attempt(waited);
        }
        let permit = Arc::clone(permits).acquire_owned().await;
        let app = Arc::clone(app);
        // Not the blocking pool: a hung mail server must not keep requests from their store.
        let attempt = move || {
            attempt(&app, &mail);
            drop(permit);
            app.mails_due.notify_one();
        };
        let spawned = std::thread::Builder::new()
            .name("mintage-mail".into())
            .spawn(attempt);
        if let Err(error) = spawned {
            // The lease ends by itself, and the mail is due again.
            tracing::error!(cause = %error, "could not start a thread for a mail");
        }
    }
    Ok(claimed.has_more)
}

fn attempt(app: &App, mail: &QueuedMail) {
    let id = &mail.id;
    let Some(mailer) = &app.mailer else { return };
    let sent = send(app, mailer, mail);
    app.metrics.attempted_mail(sent.as_ref().ok().copied());
    match sent {
        Ok(MailStatus::Sent) => tracing::info!(mail = %id, "the mail was sent"),
        Ok(MailStatus::Cancelled) => {
            tracing::info!(mail = %id, "the mail was cancelled");
        }
        Ok(MailStatus::Failed) => tracing::warn!(mail = %id, "the mail failed for good"),
        Ok(MailStatus::Pending | MailStatus::Leased) => {
            tracing::info!(mail = %id, "the mail was not sent and will be retried");
        }
        Err(error) => tracing::warn!(mail = %id, cause = %error, "could not attempt the mail"),
    }
}

fn send(app: &App, mailer: &Mailer, mail: &QueuedMail) -> Result<MailStatus, Failure> {
    let message = match compose(&*app.store, &app.env(), mail)? {
        Composed::Mail(mail) => Ok(license_message(&mail)),
        Composed::Notice(notice) => Ok(paused_message(&notice)),
        Composed::KeyNotice(notice) => Ok(key_message(&notice)),
        Composed::Outcome(outcome) => Err(outcome),
    };
    let outcome = match message {
        Ok(message) => deliver(mailer, message),
        Err(outcome) => outcome,
    };
    crash::point(Point::MailSent);
    let status = record_result(&*app.store, &app.env(), mail, &outcome)?;
    crash::point(Point::MailConcluded);
    Ok(status)
}

fn deliver(mailer: &Mailer, message: askama::Result<Message>) -> Outcome {
    match message {
        Ok(message) => Outcome::from(mailer.mail.send(&message)),
        Err(error) => {
            tracing::error!(cause = %error, "a mail could not be rendered");
            Outcome::TryAgain("the mail could not be rendered".to_owned())
        }
    }
}

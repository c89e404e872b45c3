//! QueuedMail keys: claims what is due and sends each on a thread of its own. Without a mail server
//! nothing is claimed, and what has waited too long is given up.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{rt, web};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::outbox::mail::{
    Composed, LEASE, Outcome, compose, give_up, record_result,
};
use tokio::sync::{Semaphore, watch};

use crate::app::{App, Mailer, blocking};
use crate::crash::{self, Point};
use crate::server::error::ApiError;

/// How many mails this node sends at a time.
const AT_A_TIME: usize = 8;

/// How often it looks when nobody rings: for retries, and for what other nodes queued.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it gives up what waits for a mail server in vain, and how many at a time.
const GIVE_UP_EVERY: Duration = Duration::from_mins(1);
const GIVEN_UP_AT_ONCE: usize = 100;

/// How long a server that stops waits for conversations under way. What is cut off is due again
/// when its lease ends.
const PARTING: Duration = Duration::from_secs(20);

pub(super) async fn run(app: web::Data<App>, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let pause = match app.mailer {
        Some(_) => LOOK_EVERY,
        None => GIVE_UP_EVERY,
    };
    while !*stopped.borrow() {
        let step = match app.mailer {
            Some(_) => send_due(&app, &room).await,
            None => give_up_overdue(&app).await,
        };
        let may_be_more = step.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "could not see to the mail");
            false
        });
        if !may_be_more {
            tokio::select! {
                () = app.mails_due.notified() => {}
                () = rt::time::sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
    }
    // Attempts under way hold their permits; all of them back means all are done.
    let all = u32::try_from(AT_A_TIME).unwrap_or(u32::MAX);
    if rt::time::timeout(PARTING, room.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("left mails unfinished; they are sent after the next start");
    }
}

async fn give_up_overdue(app: &web::Data<App>) -> Result<bool, ApiError> {
    let given_up = blocking(app, |app| {
        give_up(&*app.store, &app.env(), GIVEN_UP_AT_ONCE)
    })
    .await??;
    if given_up > 0 {
        tracing::warn!(mails = given_up, "gave up mails: no mail server is set up");
    }
    Ok(given_up == GIVEN_UP_AT_ONCE)
}

/// Claims as many as there is room for; says whether there may be more.
async fn send_due(app: &web::Data<App>, room: &Arc<Semaphore>) -> Result<bool, ApiError> {
    let free = room.available_permits();
    if free == 0 {
        return Ok(false);
    }
    let claimed = blocking(app, move |app| {
        app.store.claim_mails(app.clock.now(), free, LEASE)
    })
    .await??;
    if !claimed.is_empty() {
        crash::point(Point::MailClaimed);
    }
    let full = claimed.len() == free;
    for mailing in claimed {
        let permit = Arc::clone(room).acquire_owned().await;
        let app = app.clone();
        // Not the blocking pool: a hung mail server must not keep requests from their store.
        let attempt = move || {
            attempt(&app, &mailing);
            drop(permit);
            app.mails_due.notify_one();
        };
        let spawned = std::thread::Builder::new()
            .name("mintage-mail".into())
            .spawn(attempt);
        if let Err(error) = spawned {
            // The lease ends by itself and the mailing is due again.
            tracing::error!(cause = %error, "no thread for a mail");
        }
    }
    Ok(full)
}

fn attempt(app: &App, mailing: &QueuedMail) {
    let id = &mailing.id;
    let Some(mailer) = &app.mailer else { return };
    match send(app, mailer, mailing) {
        Ok(MailStatus::Sent) => tracing::info!(mail = %id, "mailed"),
        Ok(MailStatus::Cancelled) => tracing::info!(mail = %id, "not mailed: revoked"),
        Ok(MailStatus::Failed) => tracing::warn!(mail = %id, "gave up mailing"),
        Ok(MailStatus::Pending | MailStatus::Leased) => {
            tracing::info!(mail = %id, "not mailed; to be tried again");
        }
        Err(error) => tracing::warn!(mail = %id, cause = %error, "an attempt to mail failed"),
    }
}

fn send(app: &App, mailer: &Mailer, mailing: &QueuedMail) -> Result<MailStatus, Failure> {
    let outcome = match compose(&*app.store, &app.env(), mailing)? {
        Composed::Message(message) => Outcome::from(mailer.mail.send(&message)),
        Composed::Outcome(outcome) => outcome,
    };
    crash::point(Point::MailSent);
    let status = record_result(&*app.store, &app.env(), mailing, &outcome)?;
    crash::point(Point::MailConcluded);
    Ok(status)
}

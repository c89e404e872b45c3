//! What runs beside the requests: delivering, mailing, sweeping up, and writing down what was seen.

mod deliver;
mod mail;
mod seen;
mod sweep;

use actix_web::rt::task::JoinHandle;
use actix_web::web;
use tokio::sync::watch;

use crate::app::App;

/// The loops, running.
pub(crate) struct Loops {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the loops on the current system.
pub(crate) fn spawn(app: &web::Data<App>) -> Loops {
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        actix_web::rt::spawn(deliver::run(app.clone(), stopped.clone())),
        actix_web::rt::spawn(mail::run(app.clone(), stopped.clone())),
        actix_web::rt::spawn(sweep::run(app.clone(), stopped.clone())),
        actix_web::rt::spawn(seen::run(app.clone(), stopped)),
    ];
    Loops { stop, tasks }
}

impl Loops {
    /// Stops the loops: what is under way is finished.
    pub(crate) async fn stop(self) {
        // Loops that have ended already need no telling.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(cause = %error, "a background loop ended badly");
            }
        }
    }
}

//! `mintage dev`: a server, a simulated Stripe and a receiver to develop against, with a tenant
//! that is ready to sell. The server's database stays; the simulator begins anew at every start,
//! so the tenant is connected to a new account of it.

mod files;
mod hints;
mod secrets;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::rt::System;

use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::interrupt::unless_interrupted;
use crate::receiver::Delivery;
use crate::report::Report;
use crate::stage::{Database, Plan, Stage, listener};
use crate::steps::scene::{Scene, Seller, TENANT};
use crate::steps::{catalog, connect, tenant, validate, webhook};
use crate::waiting::Inbox;
use files::{DATABASE, LOG, SECRETS};
use secrets::Secrets;

/// Where things listen, if nobody else does.
const SERVER_PORT: u16 = 8080;
const SIMULATOR_PORT: u16 = 8420;
const RECEIVER_PORT: u16 = 8430;

/// How often the server is looked after.
const LOOK: Duration = Duration::from_millis(500);

/// What `mintage dev` may be told: nothing yet.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct DevArgs {}

/// Keeps everything running in the working directory until it is interrupted. Starts a runtime of
/// its own, so must not be called inside one.
///
/// The exit code is a failure if something could not be started or the server ended by itself.
pub fn run(_: DevArgs) -> ExitCode {
    let report = Report::to_stdout();
    match System::new().block_on(play(&report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report.failed(failure);
            ExitCode::FAILURE
        }
    }
}

async fn play(report: &Report) -> Outcome<()> {
    let known = remembered(Path::new(DATABASE), Path::new(SECRETS))?;
    let (mut stage, mut inbox) = Stage::set(Plan {
        server: listener(SERVER_PORT)?,
        simulator: listener(SIMULATOR_PORT)?,
        receiver: listener(RECEIVER_PORT)?,
        directory: Path::new("."),
        log_name: LOG,
        database: Database {
            url: format!("sqlite://{DATABASE}"),
            master_key: None,
        },
    })?;
    let work = async {
        let secrets = begin(&mut stage, known).await?;
        report.say(hints::text(&stage, &secrets));
        watch(&mut stage, &mut inbox, &secrets, report).await
    };
    let ended = unless_interrupted(work).await;
    if let Some(Err(failure)) = ended.map_err(Failure::to("listen to signals"))? {
        let tail = stage.server.log_tail();
        report.say(format_args!("\nThe end of {LOG}:\n{tail}"));
        return Err(failure);
    }
    report.say("\nStopping.");
    stage.server.stop();
    Ok(())
}

/// What an earlier start saved, if it belongs to the database that is there.
fn remembered(database: &Path, secrets: &Path) -> Outcome<Option<Secrets>> {
    if !database.exists() {
        return Ok(None);
    }
    let known = Secrets::load(secrets)?.ok_or_else(|| {
        Failure::new(format!(
            "{} is there but {}, with the secrets of its tenant, is not; remove the database to \
             begin anew",
            database.display(),
            secrets.display()
        ))
    })?;
    Ok(Some(known))
}

/// Makes the tenant ready to sell, from nothing or from where the last start left it.
async fn begin(stage: &mut Stage, known: Option<Secrets>) -> Outcome<Secrets> {
    stage.server.ready(&stage.server_url).await?;
    let scene = Scene {
        client: Client::silent(),
        mintage: stage.server_url.clone(),
        stripe: stage.simulator.api_url().to_owned(),
    };
    let receiver = stage.receiver.url();
    let seller = |token: &str| Seller {
        scene: &scene,
        token: token.to_owned(),
    };
    if let Some(secrets) = known {
        let seller = seller(&secrets.management_token);
        webhook::move_to(&seller, receiver).await?;
        connect::disconnect(&seller).await?;
        connect::connect(&seller).await?;
        connect::set_up_prices(&seller).await?;
        return Ok(secrets);
    }
    let token = tenant::create(&scene, &stage.surroundings)?;
    let seller = seller(&token);
    catalog::create(&seller).await?;
    let secrets = Secrets {
        signing_secret: webhook::set(&seller, receiver).await?,
        checkout_key: connect::connect_first(&seller).await?,
        api_key: validate::make_api_key(&seller).await?,
        management_token: token.clone(),
    };
    connect::set_up_prices(&seller).await?;
    secrets.save(Path::new(SECRETS))?;
    Ok(secrets)
}

/// Shows deliveries as they come, as long as the server runs.
async fn watch(
    stage: &mut Stage,
    inbox: &mut Inbox,
    secrets: &Secrets,
    report: &Report,
) -> Outcome<()> {
    loop {
        if let Some(delivery) = inbox.within(LOOK).await {
            report.say(line(&delivery, &secrets.signing_secret));
        }
        stage.server.alive()?;
    }
}

fn line(delivery: &Delivery, secret: &str) -> String {
    let trust = match delivery.verify(secret) {
        Ok(()) => "signature verified".to_owned(),
        // Another tenant may send here, too, with a secret of its own.
        Err(wrong) => format!("not {TENANT}'s: {wrong}"),
    };
    format!("  {} ({trust})", delivery.event())
}

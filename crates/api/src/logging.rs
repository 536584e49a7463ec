//! The log: one line an event, for people or as JSON.

use std::io::Write;

use log::Record;
use log::kv::{Error, Key, Value, VisitSource};

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log; `RUST_LOG` chooses what is said.
pub fn start(format: Format) {
    let mut builder = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info"));
    // actix-http reports each request that it refuses as an error; the refusal has its own line.
    builder.filter_module("actix_http::h1::dispatcher", log::LevelFilter::Off);
    match format {
        Format::Text => builder.format(|out, record| {
            let mut line = Fields(String::new());
            let _ = record.key_values().visit(&mut line);
            writeln!(out, "{} {} {}{}", out.timestamp_millis(), record.level(), record.args(), line.0)
        }),
        Format::Json => {
            builder.format(|out, record| writeln!(out, "{}", json(record, &out.timestamp_millis().to_string())))
        }
    };
    builder.init();
    // Where, not what: a panic's message may hold anything.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log::error!("panic at {place}");
    }));
}

struct Fields(String);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        use std::fmt::Write as _;

        let _ = write!(self.0, " {key}={value}");
        Ok(())
    }
}

fn json(record: &Record<'_>, time: &str) -> serde_json::Value {
    struct Object(serde_json::Map<String, serde_json::Value>);

    impl<'kvs> VisitSource<'kvs> for Object {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
            let value = value.to_u64().map_or_else(|| value.to_string().into(), serde_json::Value::from);
            self.0.insert(key.to_string(), value);
            Ok(())
        }
    }

    let mut object = Object(serde_json::Map::new());
    for (name, value) in [
        ("time", time.to_owned()),
        ("level", record.level().to_string()),
        ("target", record.target().to_owned()),
        ("message", record.args().to_string()),
    ] {
        object.0.insert(name.to_owned(), value.into());
    }
    let _ = record.key_values().visit(&mut object);
    object.0.into()
}

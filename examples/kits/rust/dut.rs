//! The device behind maskbit's text protocol: a request a line on standard input, an answer a line on standard output.
//!
//!     rustc --edition 2021 -O dut.rs && maskbit conform -- ./dut
mod msix;

use msix::{Message, Msix};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::rc::Rc;

/// Numbers are hexadecimal with 0x.
fn number(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

fn answer(msix: &mut Msix<impl FnMut(Message)>, messages: &RefCell<Vec<Message>>, line: &str) -> String {
    let mut words = line.split_ascii_whitespace();
    let verb = words.next().unwrap_or("");
    let n = match words.map(number).collect::<Option<Vec<u64>>>() {
        Some(n) => n,
        None => return "error expected numbers in hexadecimal, with 0x".into(),
    };
    match (verb, n.as_slice()) {
        ("hello", []) => return format!("ok maskbit-dut/1 name=rust-kit vectors={:#x} lacks=save", msix.vector_count()),
        ("reset", []) => msix.reset(),
        ("config-read", &[offset, size]) => return format!("ok {:#x}", msix.config_read(offset as u32, size as u32)),
        ("table-read", &[offset, size]) => return format!("ok {:#x}", msix.table_read(offset as u32, size as u32)),
        ("pba-read", &[offset, size]) => return format!("ok {:#x}", msix.pba_read(offset as u32, size as u32)),
        ("config-write", &[offset, size, value]) => msix.config_write(offset as u32, size as u32, value as u32),
        ("table-write", &[offset, size, value]) => msix.table_write(offset as u32, size as u32, value),
        ("pba-write", &[_, _, _]) => {} // read-only
        ("signal", &[vector]) => msix.signal(vector as usize),
        ("retire", &[vector]) => msix.retire(vector as usize),
        ("messages", []) => {
            let mut text = String::from("ok");
            for Message { address, data } in messages.borrow_mut().drain(..) {
                let _ = write!(text, " {address:#x}:{data:#x}");
            }
            return text;
        }
        _ => return "unsupported".into(),
    }
    "ok".into()
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let vectors = match arguments.as_slice() {
        [] => Some(4),
        [option, count] if option == "--vectors" => count.parse().ok().filter(|count| (1..=2048).contains(count)),
        _ => None,
    };
    let vectors = vectors.unwrap_or_else(|| {
        eprintln!("Got {}; expected [--vectors 1..2048] alone: this kit has no bug to switch on.", arguments.join(" "));
        std::process::exit(2);
    });
    let messages = Rc::new(RefCell::new(Vec::new()));
    let sent = Rc::clone(&messages);
    let mut msix = Msix::new(vectors, move |message| sent.borrow_mut().push(message));

    // Requests come in blocks, many at a time; their answers leave before the next block is waited for.
    let mut input = std::io::BufReader::new(std::io::stdin());
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        writeln!(output, "{}", answer(&mut msix, &messages, line.trim_end()))?;
        line.clear();
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    Ok(())
}

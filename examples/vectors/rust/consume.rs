//! Runs maskbit's test vectors against the MSI-X beside it: `rustc --edition 2021 -O consume.rs && ./consume function-1.dut [moody]`
#[allow(dead_code)]
mod msix; // yours comes here
use std::{cell::RefCell, rc::Rc};

fn answer(msix: &mut msix::Msix<impl FnMut(msix::Message)>, sent: &RefCell<String>, request: &str) -> String {
    let (verb, rest) = request.split_once(' ').unwrap_or((request, ""));
    let n: Vec<u64> = rest.split_terminator(' ').map(|word| u64::from_str_radix(&word[2..], 16).expect("0x and digits")).collect();
    match verb {
        "config-read" => return format!("ok {:#x}", msix.config_read(n[0] as u32, n[1] as u32)),
        "table-read" => return format!("ok {:#x}", msix.table_read(n[0] as u32, n[1] as u32)),
        "pba-read" => return format!("ok {:#x}", msix.pba_read(n[0] as u32, n[1] as u32)),
        "messages" => return format!("ok{}", sent.take()),
        "config-write" => msix.config_write(n[0] as u32, n[1] as u32, n[2] as u32),
        "table-write" => msix.table_write(n[0] as u32, n[1] as u32, n[2]),
        "signal" => msix.signal(n[0] as usize),
        "retire" => msix.retire(n[0] as usize),
        _ => msix.reset(),
    }
    "ok".into()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = arguments.get(1).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    if !text.starts_with("maskbit-vectors/1 ") || arguments.len() > 2 && arguments[2] != "moody" {
        eprintln!("Got {}; expected a file that begins with maskbit-vectors/1, and no bug but moody.", arguments[1..].join(" "));
        std::process::exit(2);
    }
    // To see it fail: a device that now holds and now drops an event while MSI-X is disabled, as no profile does.
    let (is_moody, mut mood, mut passed, mut failed) = (arguments.len() > 2, false, 0, 0);
    let vectors = text.split(['=', ' ']).nth(2).and_then(|word| usize::from_str_radix(&word[2..], 16).ok());
    let mut possible = vec![15; 64]; // what the device may have chosen, four bits each
    for test in text.split("\ntest ").skip(1) {
        let sent = Rc::new(RefCell::new(String::new()));
        let out = Rc::clone(&sent);
        let send = move |msix::Message { address, data }| *out.borrow_mut() += &format!(" {address:#x}:{data:#x}");
        let mut msix = msix::Msix::new(vectors.expect("a number of vectors"), send);
        let ask = test.lines().filter_map(|line| line.strip_prefix("> ")).map(|request| {
            let is_disabled_signal = is_moody && request.starts_with("signal") && msix.config_read(2, 2) & 0x8000 == 0;
            mood ^= is_disabled_signal;
            if is_disabled_signal && mood { "ok".into() } else { answer(&mut msix, &sent, request) }
        });
        let got = ask.collect::<Vec<_>>().join("|");
        let permitted = test.lines().filter_map(|line| line.strip_prefix("= 0x")?.split_once(' '));
        let agreeing = permitted.filter(|(_, answers)| *answers == got).map(|(profiles, _)| profiles).next();
        let digits = agreeing.unwrap_or("").chars().filter_map(|digit| digit.to_digit(16));
        let left: Vec<u32> = digits.zip(&possible).map(|(digit, bits)| digit & bits).collect();
        if left.iter().any(|bits| *bits != 0) { (possible, passed) = (left, passed + 1) } else { failed += 1 }
    }
    let is_whole = text.ends_with(&format!("\n# {} tests\n", passed + failed)); // a file that is cut has no such end
    println!("{passed} passed, {failed} failed{}", if is_whole { "" } else { "; the file is cut" });
    std::process::exit((failed > 0 || passed == 0 || !is_whole) as i32);
}

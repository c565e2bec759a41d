//! Runs maskbit's test vectors, in the form for readers without JSON, against the starter kit in Rust, in process.
//!
//!     rustc --edition 2021 -O consume.rs && ./consume ../../../vectors/function-1.dut
#[allow(dead_code)]
#[path = "../../kits/rust/msix.rs"]
mod msix;

use msix::{Message, Msix};

fn answer(msix: &mut Msix<impl FnMut(Message)>, sent: &std::cell::RefCell<String>, request: &str) -> String {
    let mut words = request.split(' ');
    let verb = words.next().unwrap_or("");
    let n: Vec<u64> = words.map(|word| u64::from_str_radix(&word[2..], 16).expect("a number in hexadecimal")).collect();
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

/// Bits from a number in hexadecimal of any length.
fn bits(mask: &str) -> Vec<bool> {
    let digits = mask[2..].chars().rev().map(|digit| digit.to_digit(16).expect("a hexadecimal digit"));
    digits.flat_map(|digit| (0..4).map(move |bit| digit >> bit & 1 == 1)).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&arguments[1]).expect("a file of test vectors");
    // To see it fail: a device that now holds and now drops an event while MSI-X is disabled, which no profile is.
    let (is_moody, mut mood) = (arguments.get(2).map(String::as_str) == Some("moody"), false);
    let head: Vec<&str> = text.lines().next().unwrap_or("").split(' ').collect();
    let field = |name: &str| {
        let word = head.iter().find_map(|word| word.strip_prefix(name)).expect("a field of the head");
        usize::from_str_radix(&word[2..], 16).expect("a number in hexadecimal")
    };
    // What the device may have chosen: all of it at first.
    let mut possible = vec![true; field("profiles=")];
    let (mut passed, mut failed) = (0, 0);
    for test in text.split("\ntest ").skip(1) {
        let sent = std::rc::Rc::new(std::cell::RefCell::new(String::new()));
        let out = std::rc::Rc::clone(&sent);
        let send = move |Message { address, data }| *out.borrow_mut() += &format!(" {address:#x}:{data:#x}");
        let mut msix = Msix::new(field("vectors="), send);
        let (mut got, mut left) = (Vec::new(), vec![false; possible.len()]);
        for line in test.lines() {
            if let Some(request) = line.strip_prefix("> ") {
                if is_moody && request.starts_with("signal") && msix.config_read(2, 2) & 0x8000 == 0 {
                    mood = !mood;
                    if mood {
                        got.push("ok".into());
                        continue;
                    }
                }
                got.push(answer(&mut msix, &sent, request));
            } else if let Some((mask, answers)) = line.strip_prefix("= ").and_then(|rest| rest.split_once(' ')) {
                if answers == got.join("|") {
                    bits(mask).into_iter().enumerate().filter(|(_, bit)| *bit).for_each(|(at, _)| left[at] |= possible[at]);
                }
            }
        }
        if left.contains(&true) {
            possible = left;
            passed += 1;
        } else {
            failed += 1;
            if failed <= 3 { println!("fails: {}", test.lines().next().unwrap_or("")) }
        }
    }
    println!("{passed} passed, {failed} failed");
    std::process::exit((failed > 0) as i32);
}

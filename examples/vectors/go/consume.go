// Runs maskbit's test vectors (JSON) against a program that speaks the text protocol: go run consume.go function-1.json ./dut --vectors 1
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
)

func refuse(sentence string) {
	fmt.Fprintln(os.Stderr, sentence)
	os.Exit(2)
}

func main() {
	type test struct {
		Name      string
		Requests  []string
		Permitted []struct{ Profiles, Answers any }
	}
	var suite struct {
		Format  string
		Version int
		Tests   []test
	}
	if len(os.Args) < 3 {
		refuse("Got " + fmt.Sprint(os.Args[1:]) + "; expected a file of maskbit-vectors, version 1, and a device to run.")
	}
	text, _ := os.ReadFile(os.Args[1])
	device := exec.Command(os.Args[2], os.Args[3:]...)
	device.Stderr = os.Stderr
	in, _ := device.StdinPipe()
	out, _ := device.StdoutPipe()
	answers := bufio.NewScanner(out)
	if json.Unmarshal(text, &suite) != nil || suite.Format != "maskbit-vectors" || suite.Version != 1 || device.Start() != nil {
		refuse("Got " + fmt.Sprint(os.Args[1:]) + "; expected a file of maskbit-vectors, version 1, and a device that can be run.")
	}
	possible, failed := big.NewInt(-1), 0 // what the device may have chosen, as bits: all of it at first
	for _, test := range suite.Tests {
		got, left := []any{}, new(big.Int)
		for _, request := range append([]string{"reset"}, test.Requests...) {
			fmt.Fprintln(in, request)
			if !answers.Scan() {
				refuse("Got no answer to " + request + "; expected a device that answers each request.")
			}
			got = append(got, answers.Text())
		}
		for _, permitted := range test.Permitted {
			if fmt.Sprint(permitted.Answers) == fmt.Sprint(got[1:]) {
				left.SetString(permitted.Profiles.(string), 0)
			}
		}
		if left.And(left, possible).Sign() != 0 {
			possible = left
		} else if failed++; failed <= 3 {
			fmt.Println("fails:", test.Name)
		}
	}
	if fmt.Printf("%d passed, %d failed\n", len(suite.Tests)-failed, failed); failed > 0 || len(suite.Tests) == 0 {
		os.Exit(1)
	}
}

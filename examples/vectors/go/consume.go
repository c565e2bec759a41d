// Runs maskbit's test vectors (JSON) against a program that speaks the text protocol.
//
//	go run consume.go ../../../vectors/function-1.json ./dut --vectors 1
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"reflect"
)

type suite struct {
	Profiles []string
	Tests    []struct {
		Name      string
		Requests  []string
		Permitted []struct {
			Profiles string
			Answers  []string
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "consume:", err)
		os.Exit(2)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var vectors suite
	check(json.Unmarshal(text, &vectors))
	device := exec.Command(os.Args[2], os.Args[3:]...)
	in, err := device.StdinPipe()
	check(err)
	out, err := device.StdoutPipe()
	check(err)
	check(device.Start())
	answers := bufio.NewScanner(out)

	// What the device may have chosen, as bits: all of it at first.
	possible := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(len(vectors.Profiles))), big.NewInt(1))
	passed, failed := 0, 0
	for _, test := range vectors.Tests {
		fmt.Fprintln(in, "reset")
		answers.Scan()
		var got []string
		for _, request := range test.Requests {
			fmt.Fprintln(in, request)
			answers.Scan()
			got = append(got, answers.Text())
		}
		left := new(big.Int)
		for _, permitted := range test.Permitted {
			if reflect.DeepEqual(permitted.Answers, got) {
				mask, _ := new(big.Int).SetString(permitted.Profiles, 0)
				left.Or(left, mask.And(mask, possible))
			}
		}
		if left.Sign() != 0 {
			possible, passed = left, passed+1
		} else if failed++; failed <= 3 {
			fmt.Println("fails:", test.Name)
		}
	}
	in.Close()
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

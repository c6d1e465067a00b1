// The official Go SDK as a subject: obeys the commands of ../../subject.ts.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/apache/flink-statefun/statefun-sdk-go/v3/pkg/statefun"
)

var (
	count     = statefun.ValueSpec{Name: "count", ValueType: statefun.Int32Type}
	greetings = statefun.TypeNameFrom("bench/greetings")
)

func greet(context statefun.Context, message statefun.Message) error {
	name := message.AsString()
	var value int32
	context.Storage().Get(count, &value)
	value++
	context.Storage().Set(count, value)
	greeting := fmt.Sprintf("Hello %s %d", name, value)
	context.Send(statefun.MessageBuilder{Target: *context.Caller(), Value: greeting})
	context.SendEgress(statefun.GenericEgressBuilder{Target: greetings, Value: greeting, ValueType: statefun.StringType})
	return nil
}

func main() {
	log.SetOutput(io.Discard)
	functions := statefun.StatefulFunctionsBuilder()
	check(functions.WithSpec(statefun.StatefulFunctionSpec{
		FunctionType: statefun.TypeNameFrom("bench/counter"),
		States:       []statefun.ValueSpec{count},
		Function:     statefun.StatefulFunctionPointer(greet),
	}))
	handler := functions.AsHandler()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		writer.Header().Set("Content-Type", "application/octet-stream")
		handler.ServeHTTP(writer, request)
	}))
	fmt.Printf("PORT %d\n", listener.Addr().(*net.TCPAddr).Port)
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Split(strings.TrimSpace(line), " ")
		switch words[0] {
		case "cpu":
			fmt.Println(cpuMicros())
		case "calls":
			times, err := strconv.Atoi(words[1])
			check(err)
			calls(handler, times, strings.Split(words[2], ","))
		default:
			panic("unknown command " + words[0])
		}
	}
}

func calls(handler statefun.RequestReplyHandler, times int, encoded []string) {
	background := context.Background()
	var requests, expected [][]byte
	var texts []string
	for _, text := range encoded {
		request, err := base64.StdEncoding.DecodeString(text)
		check(err)
		answer, err := handler.Invoke(background, request)
		check(err)
		requests = append(requests, request)
		expected = append(expected, answer)
		texts = append(texts, base64.StdEncoding.EncodeToString(answer))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, cpu := time.Now(), cpuMicros()
	for index := 0; index < times; index++ {
		at := index % len(requests)
		answer, err := handler.Invoke(background, requests[at])
		check(err)
		// The comparison takes nanoseconds.
		if !bytes.Equal(answer, expected[at]) {
			panic("an answer differs from the first one")
		}
	}
	cpu = cpuMicros() - cpu
	wall := time.Since(start).Microseconds()
	runtime.ReadMemStats(&after)
	fmt.Println(cpu, wall, after.TotalAlloc-before.TotalAlloc, strings.Join(texts, ","))
}

func cpuMicros() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Sec*1e6 + int64(usage.Utime.Usec) + usage.Stime.Sec*1e6 + int64(usage.Stime.Usec)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The peer written with the Go SDK 3.3: see ../README.md for what an actor does.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/apache/flink-statefun/statefun-sdk-go/v3/pkg/statefun"
	"google.golang.org/protobuf/types/dynamicpb"
)

// step is one step of a script.
type step struct {
	Do           string
	To           string
	Value        string
	Ms           int64
	Token        string
	Egress       string
	Topic        string
	Key          string
	Stream       string
	PartitionKey string
	HashKey      string
	Text         string
	Kind         string
}

var (
	script = statefun.MakeJsonType(statefun.TypeNameFrom("interop.types/script"))
	told   = statefun.MakeJsonType(statefun.TypeNameFrom("interop.types/told"))
	egress = statefun.TypeNameFrom("interop/told")
	types  = map[string]statefun.SimpleType{}
	states = map[string]statefun.ValueSpec{}
	kinds  = []string{"bool", "int", "long", "float", "double", "string", "parcel", "doc"}
)

func main() {
	loadCatalogue(os.Args[1], os.Args[2])
	types["bool"] = statefun.BoolType
	types["int"] = statefun.Int32Type
	types["long"] = statefun.Int64Type
	types["float"] = statefun.Float32Type
	types["double"] = statefun.Float64Type
	types["string"] = statefun.StringType
	types["parcel"] = statefun.MakeProtobufType(dynamicpb.NewMessage(parcel))
	types["doc"] = statefun.MakeJsonType(statefun.TypeNameFrom("interop.types/doc"))
	specs := []statefun.ValueSpec{}
	for _, kind := range kinds {
		states[kind] = statefun.ValueSpec{Name: kind + "_value", ValueType: types[kind]}
		specs = append(specs, states[kind])
	}

	functions := statefun.StatefulFunctionsBuilder()
	actor := statefun.StatefulFunctionPointer(act)
	for _, name := range []string{"go/actor", "moving/go", "golden/actor"} {
		bind(functions, name, actor, specs...)
	}
	bind(functions, "golden/stateless", actor)
	bind(functions, "golden/expiring", statefun.StatefulFunctionPointer(ignore),
		statefun.ValueSpec{Name: "bool_value", ValueType: statefun.BoolType},
		statefun.ValueSpec{
			Name:       "string_value",
			ValueType:  statefun.StringType,
			Expiration: statefun.ExpireAfterWrite(30 * time.Minute),
		},
		statefun.ValueSpec{
			Name:       "int_value",
			ValueType:  statefun.Int32Type,
			Expiration: statefun.ExpireAfterCall(24 * time.Hour),
		})
	serve(functions.AsHandler())
}

func bind(functions statefun.StatefulFunctions, name string, function statefun.StatefulFunction, states ...statefun.ValueSpec) {
	check(functions.WithSpec(statefun.StatefulFunctionSpec{
		FunctionType: statefun.TypeNameFrom(name),
		States:       states,
		Function:     function,
	}))
}

func ignore(statefun.Context, statefun.Message) error { return nil }

func act(context statefun.Context, message statefun.Message) error {
	if message.Is(script) {
		var steps []step
		if err := message.As(script, &steps); err != nil {
			return err
		}
		for _, step := range steps {
			perform(context, step)
		}
		return nil
	}
	for _, kind := range kinds {
		if !message.Is(types[kind]) {
			continue
		}
		value, err := receive(kind, func(receiver interface{}) error { return message.As(types[kind], receiver) })
		if err != nil {
			return err
		}
		tell(context, map[string]interface{}{"typename": message.ValueTypeName().String(), "seen": shown(value), "absent": false})
		if strings.HasPrefix(context.Self().Id, "echo") {
			context.Send(statefun.MessageBuilder{Target: *context.Caller(), Value: value, ValueType: types[kind]})
		}
		return nil
	}
	tell(context, map[string]interface{}{"typename": message.ValueTypeName().String(), "seen": nil, "absent": true})
	return nil
}

func perform(context statefun.Context, step step) {
	switch step.Do {
	case "send":
		context.Send(messageTo(address(step.To), step.Value))
	case "reply":
		context.Send(messageTo(*context.Caller(), step.Value))
	case "sendAfter":
		message := messageTo(address(step.To), step.Value)
		delay := time.Duration(step.Ms) * time.Millisecond
		if step.Token == "" {
			context.SendAfter(delay, message)
		} else {
			context.SendAfterWithCancellationToken(delay, token(step.Token), message)
		}
	case "cancel":
		context.CancelDelayedMessage(token(step.Token))
	case "egress":
		kind, value := native(step.Value)
		context.SendEgress(statefun.GenericEgressBuilder{
			Target:    statefun.TypeNameFrom(step.Egress),
			Value:     value,
			ValueType: types[kind],
		})
	case "kafka":
		context.SendEgress(statefun.KafkaEgressBuilder{
			Target: statefun.TypeNameFrom(step.Egress),
			Topic:  step.Topic,
			Key:    step.Key,
			Value:  step.Text,
		})
	case "kinesis":
		context.SendEgress(statefun.KinesisEgressBuilder{
			Target:          statefun.TypeNameFrom(step.Egress),
			Stream:          step.Stream,
			PartitionKey:    step.PartitionKey,
			ExplicitHashKey: step.HashKey,
			Value:           step.Text,
		})
	case "set":
		kind, value := native(step.Value)
		context.Storage().Set(states[kind], value)
	case "delete":
		context.Storage().Remove(states[step.Kind])
	case "tell":
		exists := false
		value, err := receive(step.Kind, func(receiver interface{}) error {
			exists = context.Storage().Get(states[step.Kind], receiver)
			return nil
		})
		check(err)
		seen := shown(value)
		if !exists {
			seen = nil
		}
		tell(context, map[string]interface{}{"state": step.Kind, "seen": seen})
	default:
		panic(fmt.Errorf("unknown step %s", step.Do))
	}
}

// receive makes a variable of a kind, has it filled, and returns its value.
func receive(kind string, fill func(receiver interface{}) error) (interface{}, error) {
	switch kind {
	case "bool":
		var value bool
		err := fill(&value)
		return value, err
	case "int":
		var value int32
		err := fill(&value)
		return value, err
	case "long":
		var value int64
		err := fill(&value)
		return value, err
	case "float":
		var value float32
		err := fill(&value)
		return value, err
	case "double":
		var value float64
		err := fill(&value)
		return value, err
	case "string":
		var value string
		err := fill(&value)
		return value, err
	case "parcel":
		value := dynamicpb.NewMessage(parcel)
		err := fill(value)
		return value, err
	default:
		var value interface{}
		err := fill(&value)
		return value, err
	}
}

func messageTo(target statefun.Address, name string) statefun.MessageBuilder {
	kind, value := native(name)
	return statefun.MessageBuilder{Target: target, Value: value, ValueType: types[kind]}
}

func address(to string) statefun.Address {
	slash := strings.LastIndex(to, "/")
	return statefun.Address{FunctionType: statefun.TypeNameFrom(to[:slash]), Id: to[slash+1:]}
}

func token(name string) statefun.CancellationToken {
	token, err := statefun.NewCancellationToken(name)
	check(err)
	return token
}

func tell(context statefun.Context, value map[string]interface{}) {
	self := context.Self()
	value["by"] = self.FunctionType.String() + "/" + self.Id
	value["caller"] = nil
	if caller := context.Caller(); caller != nil {
		value["caller"] = caller.FunctionType.String() + "/" + caller.Id
	}
	context.SendEgress(statefun.GenericEgressBuilder{Target: egress, Value: value, ValueType: told})
}

// serve listens on a free port until stdin closes.
func serve(handler http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("PORT %d\n", listener.Addr().(*net.TCPAddr).Port)
	go http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		// The SDK leaves the type to net/http, which guesses text/plain where the bytes look like text.
		writer.Header().Set("Content-Type", "application/octet-stream")
		handler.ServeHTTP(writer, request)
	}))
	io.Copy(io.Discard, os.Stdin)
}

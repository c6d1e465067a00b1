package statefun.ts.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import statefun.ts.process.StdinWatcher;

/** Creates topics, writes records and reads committed records, by lines of text. */
public final class Client {

  private Client() {}

  public static void main(String[] args) throws Exception {
    String address = args[1];
    switch (args[0]) {
      case "create":
        create(address, Integer.parseInt(args[2]), Arrays.asList(args).subList(3, args.length));
        break;
      case "produce":
        produce(address, args[2]);
        break;
      case "consume":
        StdinWatcher.start(0);
        consume(address, args[2]);
        break;
      default:
        throw new IllegalArgumentException(args[0]);
    }
  }

  private static void create(String address, int partitions, List<String> names) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      List<NewTopic> topics = new ArrayList<>();
      names.forEach(name -> topics.add(new NewTopic(name, partitions, (short) 1)));
      admin.createTopics(topics).all().get();
    }
  }

  /**
   * Takes lines of a key, a value and headers, and ends when the broker has all of them. Keys and values are in base64. The
   * headers are separated by commas; each is a name and a value in base64, with a colon between them, or a name alone for null.
   */
  private static void produce(String address, String topic) throws IOException {
    Map<String, Object> config =
        Map.of("bootstrap.servers", address, "acks", "all", "enable.idempotence", true);
    ByteArraySerializer bytes = new ByteArraySerializer();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] parts = line.split(" ", -1);
        Base64.Decoder base64 = Base64.getDecoder();
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, base64.decode(parts[0]), base64.decode(parts[1]));
        for (String header : parts[2].isEmpty() ? new String[0] : parts[2].split(",")) {
          String[] pair = header.split(":", -1);
          String name = new String(base64.decode(pair[0]), StandardCharsets.UTF_8);
          record.headers().add(name, pair.length == 1 ? null : base64.decode(pair[1]));
        }
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                failure.printStackTrace();
                Runtime.getRuntime().halt(1);
              }
            });
      }
    }
  }

  /** Prints READY, then RECORD with partition, offset, key, value and headers, from the topic's beginning. */
  private static void consume(String address, String topic) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", address, "isolation.level", "read_committed");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config, bytes, bytes)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (PartitionInfo info : consumer.partitionsFor(topic)) {
        partitions.add(new TopicPartition(topic, info.partition()));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      System.out.println("READY");
      Base64.Encoder base64 = Base64.getEncoder();
      while (true) {
        StringBuilder lines = new StringBuilder();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          lines.append("RECORD ").append(record.partition());
          lines.append(' ').append(record.offset());
          lines.append(' ').append(base64.encodeToString(record.key()));
          lines.append(' ').append(base64.encodeToString(record.value())).append(' ');
          String comma = "";
          for (Header header : record.headers()) {
            byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
            lines.append(comma).append(base64.encodeToString(name));
            if (header.value() != null) {
              lines.append(':').append(base64.encodeToString(header.value()));
            }
            comma = ",";
          }
          lines.append('\n');
        }
        System.out.print(lines);
        System.out.flush();
      }
    }
  }
}

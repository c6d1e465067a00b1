package statefun.ts.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import statefun.ts.process.StdinWatcher;

/** One Kafka node that is broker and controller (KRaft), with its data in a folder, until stdin closes. */
public final class Broker {

  private Broker() {}

  /** The arguments are the folder, the port of the broker and the port of the controller. */
  public static void main(String[] args) throws Exception {
    StdinWatcher.start(0);
    Path folder = Paths.get(args[0]);
    Properties properties = properties(folder, args[1], args[2]);
    format(folder, properties);
    new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM).startup();
    System.out.println("READY");
  }

  private static Properties properties(Path folder, String port, String controllerPort) {
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", "1");
    p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.setProperty(
        "listeners",
        "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.setProperty("controller.listener.names", "CONTROLLER");
    p.setProperty("log.dirs", folder.resolve("data").toString());
    p.setProperty("auto.create.topics.enable", "false");
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    // Kafka's internal topics: one node can't replicate them, and few partitions start faster.
    p.setProperty("offsets.topic.replication.factor", "1");
    p.setProperty("offsets.topic.num.partitions", "3");
    p.setProperty("transaction.state.log.replication.factor", "1");
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("transaction.state.log.num.partitions", "3");
    return p;
  }

  /** A folder has to be formatted before its first use. */
  private static void format(Path folder, Properties properties) throws IOException {
    if (Files.exists(folder.resolve("data"))) {
      return;
    }
    Files.createDirectories(folder);
    Path file = folder.resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    // The tool ends the process when it is done; here the process must go on.
    Exit.setExitProcedure(
        (code, message) -> {
          throw new Exited(code);
        });
    try {
      StorageTool.main(
          new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()});
    } catch (Exited exited) {
      if (exited.code != 0) {
        throw new IOException("formatting " + folder + " ended with " + exited.code);
      }
    } finally {
      Exit.resetExitProcedure();
    }
  }

  private static final class Exited extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int code;

    Exited(int code) {
      this.code = code;
    }
  }
}

package statefun.ts.flink;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverse;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverseProvider;
import org.apache.flink.statefun.flink.io.datastream.SinkFunctionSpec;
import org.apache.flink.statefun.flink.io.datastream.SourceFunctionSpec;
import org.apache.flink.statefun.sdk.io.EgressIdentifier;
import org.apache.flink.statefun.sdk.io.IngressIdentifier;

/**
 * What the module file declares, plus the journal and the file egresses. Flink serializes this
 * provider and calls it again in every task.
 */
final class ModuleUniverse implements StatefulFunctionsUniverseProvider {
  private static final long serialVersionUID = 1;

  private final String module;
  private final String journal;
  private final boolean printCheckpoints;
  private final String out;
  private final List<String> egresses;

  ModuleUniverse(Options options) {
    this.module = options.module.toString();
    this.journal = options.journal.toString();
    this.printCheckpoints = options.printCheckpoints;
    this.out = String.valueOf(options.out);
    this.egresses = options.egresses;
  }

  @Override
  public StatefulFunctionsUniverse get(ClassLoader loader, StatefulFunctionsConfig config) {
    StatefulFunctionsUniverse universe = Generation.universe(Paths.get(module), config);
    IngressIdentifier<JournalLine> ingress =
        new IngressIdentifier<>(JournalLine.class, "statefun.ts.flink", "journal");
    JournalSource source = new JournalSource(Paths.get(journal), printCheckpoints);
    universe.bindIngress(new SourceFunctionSpec<>(ingress, source));
    universe.bindIngressRouter(ingress, new JournalLine.ToFunction());
    for (String egress : egresses) {
      bindEgress(universe, egress, Generation.MESSAGE, Paths.get(out));
    }
    return universe;
  }

  private static <T> void bindEgress(
      StatefulFunctionsUniverse universe, String egress, Class<T> message, Path out) {
    EgressIdentifier<T> id =
        new EgressIdentifier<>(TypeNames.namespace(egress), TypeNames.name(egress), message);
    universe.bindEgress(new SinkFunctionSpec<>(id, new FileEgress<>(egress, out)));
  }
}

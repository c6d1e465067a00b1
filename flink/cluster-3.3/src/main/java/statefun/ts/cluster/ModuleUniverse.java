package statefun.ts.cluster;

import org.apache.flink.statefun.flink.core.StatefulFunctionsConfig;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverse;
import org.apache.flink.statefun.flink.core.StatefulFunctionsUniverseProvider;
import org.apache.flink.statefun.flink.core.spi.Modules;

/** What the module file declares. Flink serializes this provider and calls it again in every task. */
final class ModuleUniverse implements StatefulFunctionsUniverseProvider {
  private static final long serialVersionUID = 1;

  @Override
  public StatefulFunctionsUniverse get(ClassLoader loader, StatefulFunctionsConfig config) {
    return Modules.loadFromClassPath(config).createStatefulFunctionsUniverse();
  }
}

package statefun.ts.flink;

/** Type names are written namespace/name and split at the last slash. */
final class TypeNames {

  private TypeNames() {}

  static String namespace(String typeName) {
    return typeName.substring(0, requireSlash(typeName));
  }

  static String name(String typeName) {
    return typeName.substring(requireSlash(typeName) + 1);
  }

  static int requireSlash(String typeName) {
    int slash = typeName.lastIndexOf('/');
    if (slash <= 0 || slash == typeName.length() - 1) {
      throw new IllegalArgumentException("not of the form namespace/name: " + typeName);
    }
    return slash;
  }
}

package io.mman;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks which classes and packages may use which others. */
class ArchitectureTest {
  private static final Path FOLDER = Path.of(System.getProperty("mman.classes"));
  private static final JavaClasses CLASSES = new ClassFileImporter().importPath(FOLDER);

  /** The public types that internal packages may use. */
  private static final DescribedPredicate<JavaClass> VOCABULARY =
      describe(
          "in the vocabulary of io.mman",
          array -> {
            JavaClass type = array.getBaseComponentType();
            return type.isEnum() || type.isRecord() || type.isEquivalentTo(MmanException.class);
          });

  private static final String[] PUBLIC = {"io.mman", "io.mman.change", "io.mman.ipc"};

  /** The layers of the internal packages, from the lowest to the highest. */
  private static final List<String> LAYERS =
      List.of("platform", "libc", "error", "signal", "call", "file", "region", "change", "ipc");

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  private static String[] with(String[] packages, String... more) {
    return Stream.concat(Stream.of(packages), Stream.of(more)).toArray(String[]::new);
  }

  private static String internal(String layer) {
    return "io.mman.internal." + layer;
  }

  @Test
  void everyClassIsPublicInAnExportedPackageOrInternal() {
    check(
        classes()
            .that()
            .resideInAnyPackage(PUBLIC)
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .bePublic());
    check(classes().should().resideInAnyPackage(with(PUBLIC, "io.mman.internal.*", "")));
  }

  @Test
  void aLayerKnowsOnlyThoseBelowIt() {
    for (int i = 0; i < LAYERS.size(); i++) {
      String[] above =
          LAYERS.subList(i + 1, LAYERS.size()).stream()
              .map(ArchitectureTest::internal)
              .toArray(String[]::new);
      if (above.length > 0) {
        check(
            noClasses()
                .that()
                .resideInAPackage(internal(LAYERS.get(i)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above));
      }
    }
  }

  /** Packages beside the lowest layer: the contents of /proc, the events of JFR, and threads. */
  @Test
  void procJfrAndThreadsKnowNoLayer() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(internal("proc"), internal("jfr"), internal("thread"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                LAYERS.stream().map(ArchitectureTest::internal).toArray(String[]::new)));
  }

  @Test
  void callsAndFilesDoNotKnowEachOther() {
    check(
        noClasses()
            .that()
            .resideInAPackage(internal("file"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(internal("call")));
  }

  /** A region hands it addresses and a descriptor; it needs no more. */
  @Test
  void callsAndFilesDoNotKnowTheSignalHandler() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(internal("call"), internal("file"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(internal("signal")));
  }

  @Test
  void internalPackagesHaveNoCycles() {
    check(slices().matching("io.mman.internal.(*)").should().beFreeOfCycles());
  }

  @Test
  void internalPackagesKnowOnlyTheVocabularyOfThePublicPackage() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.mman.internal..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.mman").and(not(VOCABULARY))));
  }

  /** The vocabulary itself needs numbers, and Advice a question to the kernel. */
  @Test
  void enumsKnowNothingAboveTheCLibrary() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(PUBLIC)
            .and()
            .areEnums()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                internal("error"),
                internal("signal"),
                internal("call"),
                internal("file"),
                internal("region"),
                internal("change"),
                internal("ipc")));
  }

  /** A program that uses io.mman alone then loads no class of the other packages. */
  @Test
  void theMainPackageDoesNotKnowThoseBesideIt() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.mman")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.mman.change", internal("change"))
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.mman.ipc", internal("ipc")));
  }

  @Test
  void thePackagesBesideTheMainOneDoNotKnowEachOther() {
    doNotKnow("change", "ipc");
    doNotKnow("ipc", "change");
  }

  private static void doNotKnow(String one, String other) {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("io.mman." + one, internal(one))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.mman." + other, internal(other)));
  }

  /** A class whose state only its own methods write can be understood by reading one file. */
  @Test
  void onlyARegionWritesItsState() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(internal("region") + ".Region")
            .should()
            .setFieldWhere(
                describe(
                    "it is the state of a region",
                    access -> access.getTarget().getFullName().endsWith(".Region.state"))));
  }

  /** A public type is documentation: it has one field, the implementation, and no logic. */
  @Test
  void publicClassesAreFinalAndHoldOneField() {
    check(
        classes()
            .that()
            .resideInAnyPackage(PUBLIC)
            .and()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .should()
            .haveModifier(JavaModifier.FINAL));
    for (Class<?> face :
        List.of(
            MappedRegion.class,
            Mapping.class,
            NativeFile.class,
            RegionGroup.class,
            Pin.class,
            Residency.class)) {
      assertEquals(1, CLASSES.get(face).getFields().size(), face.getName());
    }
  }

  @Test
  void onlyOnePackageCallsC() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.mman.internal.libc")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Linker.class, SymbolLookup.class));
  }

  @Test
  void nothingUsesInternalsOfTheJdk() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")));
    check(
        noClasses()
            .should()
            .callMethodWhere(
                target(name("setAccessible").or(name("loadLibrary")).or(name("load")))));
    check(noMethods().should().haveModifier(JavaModifier.NATIVE));
  }

  /** A caller could not even name such a type: its package is not exported. */
  @Test
  void noInternalTypeShowsInAPublicSignature() {
    check(
        noMethods()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage(PUBLIC))
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .arePublic()
            .should()
            .haveRawReturnType(resideInAPackage("io.mman.internal.."))
            .orShould()
            .haveRawParameterTypes(
                DescribedPredicate.anyElementThat(resideInAPackage("io.mman.internal.."))));
  }

  @Test
  void theModuleExportsThePublicPackagesAndNeedsTheBaseAlone() throws IOException {
    try (InputStream in = Files.newInputStream(FOLDER.resolve("module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(in);

      assertEquals(
          Set.of(PUBLIC),
          module.exports().stream()
              .filter(exports -> !exports.isQualified())
              .map(ModuleDescriptor.Exports::source)
              .collect(Collectors.toSet()));
      assertEquals(
          Set.of("java.base"),
          module.requires().stream()
              .filter(requires -> !requires.modifiers().contains(Modifier.STATIC))
              .map(ModuleDescriptor.Requires::name)
              .collect(Collectors.toSet()));
      assertEquals(Set.of(), module.opens());
      assertEquals(false, module.isOpen());
    }
  }
}

using System.Collections;
using System.Reflection;

using Microsoft.Extensions.Configuration;

namespace TusUpload.UnitTests.Architecture;

/// <summary>appsettings.example.json and the options classes say the same: no setting is missing, none is made up, each has its default.</summary>
public sealed class ExampleSettingsTests
{
    /// <summary>What belongs to no options class of ours.</summary>
    private static readonly string[] Others = ["Roles", "AllowedHosts", "ConnectionStrings:Postgres", "ConnectionStrings:PostgresDirect", "ConnectionStrings:PostgresReadOnly"];

    private static readonly string[] Projects =
        ["TusUpload.Protocol", "TusUpload.Data", "TusUpload.Uploads", "TusUpload.Pipeline", "TusUpload.Server"];

    private static List<(string Section, Type Type)> Options { get; } =
    [
        .. from project in Projects
           from type in Assembly.Load(project).GetTypes()
           let section = type.GetField("Section", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where section is { IsLiteral: true } && type.Name.EndsWith("Options", StringComparison.Ordinal)
           select ((string)section.GetRawConstantValue()!, type),
    ];

    private static IConfigurationRoot Example { get; } =
        new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.example.json")).Build();

    [Fact]
    public void The_example_has_every_option_and_no_other()
    {
        var expected = Options.SelectMany(options => KeysOf(options.Section, options.Type)).Concat(Others);

        Assert.Equal(expected.Order(StringComparer.Ordinal), KeysIn(Example).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_examples_values_are_the_defaults()
    {
        foreach (var (section, type) in Options)
        {
            var standard = Activator.CreateInstance(type)!;
            var bound = Activator.CreateInstance(type)!;
            Example.GetSection(section).Bind(bound, binder => binder.BindNonPublicProperties = false);

            foreach (var key in SettingsOf(type).Where(setting => IsValue(setting.PropertyType)))
            {
                Assert.True(
                    Equals(key.GetValue(standard), key.GetValue(bound)),
                    $"{section}:{key.Name} is {key.GetValue(bound)} in the example, its default is {key.GetValue(standard)}.");
            }
        }
    }

    private static IEnumerable<string> KeysOf(string prefix, Type type) => SettingsOf(type).SelectMany(setting =>
        IsValue(setting.PropertyType) || typeof(IEnumerable).IsAssignableFrom(setting.PropertyType)
            ? [$"{prefix}:{setting.Name}"]
            : KeysOf($"{prefix}:{setting.Name}", setting.PropertyType));

    // What has no setter is derived; what holds delegates is set in code.
    private static IEnumerable<PropertyInfo> SettingsOf(Type type) => type.GetProperties()
        .Where(property => property.SetMethod is { IsPublic: true })
        .Where(property => !property.PropertyType.GetProperties().Any(inner => typeof(Delegate).IsAssignableFrom(inner.PropertyType)));

    private static bool IsValue(Type type) => type.IsValueType || type == typeof(string);

    private static IEnumerable<string> KeysIn(IConfiguration configuration) => configuration.GetChildren().SelectMany(child =>
        child.GetChildren().Any() ? KeysIn(child) : [child.Path]);
}

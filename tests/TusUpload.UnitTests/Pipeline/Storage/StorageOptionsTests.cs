using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using TusUpload.Pipeline;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Storage.S3;
using TusUpload.Pipeline.Storage.Supabase;

namespace TusUpload.UnitTests.Pipeline.Storage;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData("image/png", "images")]
    [InlineData("IMAGE/JPEG; q=1", "images")]
    [InlineData("application/pdf", "papers")]
    [InlineData("application/pdfx", "files")]
    [InlineData("imagery", "files")]
    [InlineData(null, "files")]
    public void A_type_goes_to_the_bucket_of_the_first_rule_that_fits(string? type, string bucket)
    {
        var buckets = new ObjectBuckets(Options.Create(new StorageOptions
        {
            Bucket = "files",
            Buckets =
            [
                new() { Type = "image/*", Bucket = "images" },
                new() { Type = "application/pdf", Bucket = "papers" },
                new() { Type = "image/png", Bucket = "never" },
            ],
        }));

        Assert.Equal(bucket, buckets.For(type));
        Assert.Equal(["images", "papers", "never", "files"], buckets.All);
    }

    [Theory]
    [InlineData("s3", "Storage:Bucket must be set")]
    [InlineData("s3", "Storage:S3:AccessKey must be set")]
    [InlineData("s3", "Storage:S3:SecretKey must be set")]
    [InlineData("s3", "Storage:S3:ServiceUrl must be")]
    [InlineData("supabase", "Storage:Supabase:Url must be")]
    [InlineData("supabase", "Storage:Supabase:ServiceKey must be set")]
    [InlineData("tape", "There are: local, supabase, s3")]
    public void What_a_kind_needs_is_named(string kind, string failure) =>
        Assert.Contains(Failures(("Storage:Kind", kind), (failure.Contains("Bucket", StringComparison.Ordinal) ? "none" : "Storage:Bucket", "files")), text => text.Contains(failure, StringComparison.Ordinal));

    [Theory]
    [InlineData("Storage:Bucket", "Upper")]
    [InlineData("Storage:Bucket", "a/b")]
    [InlineData("Storage:Bucket", "ab")]
    [InlineData("Storage:Buckets:0:Bucket", "-x-")]
    [InlineData("Storage:Buckets:0:Type", "image")]
    [InlineData("Storage:S3:PartSize", "5242879")]
    [InlineData("Storage:Supabase:ChunkSize", "6291455")]
    public void What_cannot_be_is_refused(string key, string value) => Assert.NotEmpty(Failures(
        ("Storage:Buckets:0:Type", "image/*"), ("Storage:Buckets:0:Bucket", "images"), (key, value)));

    [Fact]
    public void The_defaults_are_a_folder_and_need_nothing() => Assert.Empty(Failures());

    private static string[] Failures(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddPipeline().BuildServiceProvider();
        return
        [
            .. Of<StorageOptions>(services), .. Of<S3StorageOptions>(services), .. Of<SupabaseStorageOptions>(services),
        ];
    }

    private static IEnumerable<string> Of<T>(IServiceProvider services)
        where T : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException invalid)
        {
            return invalid.Failures;
        }
    }
}

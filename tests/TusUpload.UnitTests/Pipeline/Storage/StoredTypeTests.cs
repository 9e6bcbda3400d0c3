using TusUpload.Pipeline.Storage;

namespace TusUpload.UnitTests.Pipeline.Storage;

public sealed class StoredTypeTests
{
    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("text/plain; charset=utf-8", "text/plain")]
    [InlineData("application/vnd.api+json", "application/vnd.api+json")]
    [InlineData("text/plain; name=Übersicht", null)]
    [InlineData("тип/файл", null)]
    [InlineData("text/plain\r\nx-upsert: false", null)]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Only_what_a_header_can_carry_is_told(string? told, string? stored) => Assert.Equal(stored, StoredType.Of(told));
}
